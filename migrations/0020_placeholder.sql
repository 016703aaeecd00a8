-- Keeps the numbers of migrations consecutive. It changes nothing.
SELECT 1;
