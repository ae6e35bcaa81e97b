/// A well set table: columns as wide as their content, one of which gives way where space is short.
struct Table {
  struct Column {
    let title: String
    var isRight = false
    /// The column that is cut where the table does not fit.
    var isFlexible = false
  }

  let columns: [Column]
  private var rows: [(cells: [String], inks: [Int: Ink])] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; `inks` colours cells by column.
  mutating func add(_ cells: [String], inks: [Int: Ink] = [:]) { rows.append((cells, inks)) }

  /// The lines, header first, fitted to `width` columns (nil: nothing is cut).
  func lines(width: Int?) -> [String] {
    var widths = columns.indices.map { index in
      max(columns[index].title.count, rows.map { $0.cells[index].count }.max() ?? 0)
    }
    let needed = widths.reduce(0, +) + 2 * (columns.count - 1)
    if let width, needed > width, let flexible = columns.firstIndex(where: \.isFlexible) {
      widths[flexible] = max(12, widths[flexible] - (needed - width))
    }
    func line(_ cells: [String], _ ink: (Int) -> Ink?) -> String {
      var text = ""
      for (index, cell) in cells.enumerated() {
        let isLast = index == cells.count - 1
        let fitted = cell.fitted(widths[index])
        let set =
          isLast && !columns[index].isRight
          ? fitted : fitted.padded(widths[index], right: columns[index].isRight)
        text += (ink(index).map { set.inked($0) } ?? set) + (isLast ? "" : "  ")
      }
      return text
    }
    return [line(columns.map(\.title)) { _ in .bold }]
      + rows.map { row in line(row.cells) { row.inks[$0] } }
  }

  func print() { for line in lines(width: Terminal.width) { Swift.print(line) } }
}
