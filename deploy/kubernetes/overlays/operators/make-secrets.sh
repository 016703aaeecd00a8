#!/bin/sh
# Makes the secrets that the manifests refer to, once, in the namespace wallet. What they contain is written nowhere else: keep a copy
# of wallet-webhooks, without which the secrets of webhook endpoints cannot be read.
set -eu
server='wallet-postgres-rw:5432/wallet?sslmode=verify-full&sslrootcert=/etc/postgres-ca/ca.crt'
sentinels='wallet-redis-0.wallet-redis:26379,wallet-redis-1.wallet-redis:26379,wallet-redis-2.wallet-redis:26379'

make() {
  name=$1
  shift
  kubectl create secret generic "$name" --namespace wallet "$@"
}

password=$(openssl rand -hex 24)
make wallet-owner --type=kubernetes.io/basic-auth --from-literal=username=wallet --from-literal=password="$password" \
  --from-literal=database-url="postgres://wallet:$password@$server"
for role in api worker auditor; do
  password=$(openssl rand -hex 24)
  make "wallet-$role" --from-literal=database-password="$password" \
    --from-literal=database-url="postgres://wallet_${role}_login:$password@$server"
done
password=$(openssl rand -hex 24)
make wallet-redis --from-literal=password="$password" \
  --from-literal=redis-url="redis-sentinel://:$password@$sentinels/wallet"
make wallet-webhooks --from-literal=webhook-key="$(openssl rand -base64 32)"
