/// A well set table: columns as wide as their content; where space is short, some give way.
struct Table {
  struct Column {
    let title: String
    var isRight = false
    /// The least width that the column may be cut to; nil: never cut.
    var least: Int?
    /// Left out where even cutting is not enough.
    var isDispensable = false
  }

  let columns: [Column]
  private var rows: [(cells: [String], inks: [Int: Ink])] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; `inks` colours cells by column.
  mutating func add(_ cells: [String], inks: [Int: Ink] = [:]) { rows.append((cells, inks)) }

  /// The lines, header first, fitted to `width` columns (nil: nothing is cut).
  func lines(width: Int?) -> [String] {
    let (shown, widths) = layout(width)
    func line(_ cells: [String], _ ink: (Int) -> Ink?) -> String {
      shown.map { index in
        let fitted = cells[index].fitted(widths[index])
        let isLast = index == shown.last && !columns[index].isRight
        let set = isLast ? fitted : fitted.padded(widths[index], right: columns[index].isRight)
        return ink(index).map { set.inked($0) } ?? set
      }.joined(separator: "  ")
    }
    return [line(columns.map(\.title)) { _ in .bold }]
      + rows.map { row in line(row.cells) { row.inks[$0] } }
  }

  /// Which columns are shown, and how wide each is.
  private func layout(_ width: Int?) -> (shown: [Int], widths: [Int]) {
    var widths = columns.indices.map { index in
      max(columns[index].title.count, rows.map { $0.cells[index].count }.max() ?? 0)
    }
    var shown = Array(columns.indices)
    guard let width else { return (shown, widths) }
    func excess() -> Int {
      shown.reduce(2 * (shown.count - 1) - width) { $0 + widths[$1] }
    }
    for index in shown.reversed() {
      // What can be cut is cut in the end; a column goes only if that would not do.
      let slack = shown.reduce(0) { $0 + max(0, widths[$1] - (columns[$1].least ?? widths[$1])) }
      if columns[index].isDispensable, excess() > slack { shown.removeAll { $0 == index } }
    }
    for index in shown {
      if let least = columns[index].least, excess() > 0 {
        widths[index] = max(min(least, widths[index]), widths[index] - excess())
      }
    }
    return (shown, widths)
  }

  func print() { for line in lines(width: Terminal.width) { Swift.print(line) } }
}
