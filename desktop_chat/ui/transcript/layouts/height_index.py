"""Heights of rows, summed: which row is at a height, and how high is a row."""

from __future__ import annotations

from array import array


class HeightIndex:
    """Row heights in whole pixels, estimated until they are set.

    A Fenwick tree over the differences from the estimate: making one for any number of rows
    costs no more than its zeroed memory; every change and every look-up is O(log n).
    """

    def __init__(self, count: int = 0, estimate: int = 0) -> None:
        self._estimate = estimate
        self._extra = array("q", bytes(8 * count))
        self._tree = array("q", bytes(8 * (count + 1)))

    def __len__(self) -> int:
        return len(self._extra)

    def height(self, row: int) -> int:
        """Return the height of one row."""
        return self._estimate + self._extra[row]

    def set_height(self, row: int, height: int) -> int:
        """Set the height of one row; return by how much it changed."""
        change = height - self.height(row)
        if change:
            self._extra[row] += change
            index = row + 1
            while index < len(self._tree):
                self._tree[index] += change
                index += index & -index
        return change

    def append(self, height: int | None = None) -> None:
        """Add a row at the end, with the estimated height unless one is given."""
        extra = 0 if height is None else height - self._estimate
        index = len(self._tree)
        covered = self._extra_before(index - 1) - self._extra_before(index - (index & -index))
        self._tree.append(extra + covered)
        self._extra.append(extra)

    def truncate(self, count: int) -> None:
        """Forget the rows from `count` on."""
        del self._extra[count:]
        del self._tree[count + 1 :]

    def top(self, row: int) -> int:
        """Return the sum of the heights before `row`; `row` may be the number of rows."""
        return row * self._estimate + self._extra_before(row)

    def total(self) -> int:
        """Return the sum of all heights."""
        return self.top(len(self._extra))

    def row_at(self, y: int) -> int:
        """Return the row that covers `y`; the first or last one beyond the ends, -1 if empty."""
        if y < 0 or not self._extra:
            return min(0, len(self._extra) - 1)
        row, rest = 0, y
        step = 1 << (len(self._extra).bit_length() - 1)
        while step:
            target = row + step
            if target < len(self._tree):
                covered = step * self._estimate + self._tree[target]
                if covered <= rest:
                    row, rest = target, rest - covered
            step >>= 1
        return min(row, len(self._extra) - 1)

    def _extra_before(self, row: int) -> int:
        total = 0
        while row > 0:
            total += self._tree[row]
            row -= row & -row
        return total
