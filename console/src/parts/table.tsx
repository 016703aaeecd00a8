import type { ReactNode } from 'react';

export interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => ReactNode;
  readonly isNumber?: boolean;
  /** Left out where there is no room for all. */
  readonly isExtra?: boolean;
}

/** A table that scrolls by itself where it is wider than the page, by keyboard too. */
export function Table<Item>({
  label,
  columns,
  items,
  keyOf,
}: {
  label: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  keyOf: (item: Item) => string;
}) {
  const classOf = ({ isNumber, isExtra }: Column<Item>): string =>
    [isNumber === true ? 'number' : '', isExtra === true ? 'extra' : ''].join(' ').trim();
  return (
    <div className="table" role="group" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map((column) => (
                <td key={column.title} className={classOf(column)}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
