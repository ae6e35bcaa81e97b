import Foundation

/// A plane of braille cells, two dots wide and four high each, for curves in a terminal.
struct Canvas {
  let columns: Int
  let rows: Int
  /// Data coordinates at the canvas's edges.
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>

  private var dots: [UInt8]
  private var inks: [Ink?]

  init(columns: Int, rows: Int, x: ClosedRange<Double>, y: ClosedRange<Double>) {
    (self.columns, self.rows, self.x, self.y) = (columns, rows, x, y)
    dots = Array(repeating: 0, count: columns * rows)
    inks = Array(repeating: nil, count: columns * rows)
  }

  /// Draws one value for each column of dots.
  ///
  /// Jumps are left open: a vertical line there would show values that the function does not take.
  /// `isDotted` leaves gaps, so that curves differ without colours too.
  mutating func draw(_ ink: Ink, isDotted: Bool = false, values: [Double]) {
    var previous: Int?
    for (column, value) in values.enumerated() {
      let row = dotRow(value)
      defer { previous = row }
      guard let row, !isDotted || column % 4 < 2 else { continue }
      var from = row
      if let previous, abs(previous - row) > 1, abs(previous - row) < rows {
        from = previous < row ? previous + 1 : previous - 1
      }
      for dot in min(from, row)...max(from, row) { set(column, dot, ink) }
    }
  }

  /// A horizontal line of loose dots at a value of y.
  mutating func drawHorizontal(_ value: Double, _ ink: Ink) {
    guard let row = dotRow(value) else { return }
    for column in stride(from: 0, to: columns * 2, by: 8) { set(column, row, ink) }
  }

  /// A vertical line of loose dots at a value of x.
  mutating func drawVertical(_ value: Double, _ ink: Ink) {
    guard x.contains(value) else { return }
    let share = (value - x.lowerBound) / (x.upperBound - x.lowerBound)
    let column = Int((share * Double(columns * 2 - 1)).rounded())
    for row in stride(from: 0, to: rows * 4, by: 8) { set(column, row, ink) }
  }

  /// The text of each row of cells, coloured where colours are on.
  var lines: [String] {
    (0..<rows).map { row in
      (0..<columns).map { column in
        let index = row * columns + column
        guard dots[index] != 0 else { return " " }
        let cell = String(UnicodeScalar(0x2800 + UInt32(dots[index]))!)
        return inks[index].map { cell.inked($0) } ?? cell
      }.joined()
    }
  }

  /// The row of cells that holds a value, nil outside.
  func cellRow(_ value: Double) -> Int? { dotRow(value).map { $0 / 4 } }

  private func dotRow(_ value: Double) -> Int? {
    guard value.isFinite, y.contains(value) else { return nil }
    let share = (y.upperBound - value) / (y.upperBound - y.lowerBound)
    return Int((share * Double(rows * 4 - 1)).rounded())
  }

  private mutating func set(_ column: Int, _ row: Int, _ ink: Ink) {
    guard (0..<columns * 2).contains(column), (0..<rows * 4).contains(row) else { return }
    // Dots 1-3 and 7 run down the left half, 4-6 and 8 down the right one (Unicode U+2800).
    let left: [UInt8] = [0x01, 0x02, 0x04, 0x40]
    let right: [UInt8] = [0x08, 0x10, 0x20, 0x80]
    let index = row / 4 * columns + column / 2
    dots[index] |= column % 2 == 0 ? left[row % 4] : right[row % 4]
    inks[index] = ink
  }
}
