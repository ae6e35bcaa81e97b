import Exporting

/// Value and derivative in braille dots, between axes with numbers.
struct TerminalPlot {
  private let evaluator: Evaluator
  private let x: ClosedRange<Double>
  private let rows = 20
  private let margin = 8
  private let columns: Int

  init(_ evaluator: Evaluator, x: ClosedRange<Double>) {
    self.evaluator = evaluator
    self.x = x
    columns = max(20, min(100, (Terminal.width ?? 80) - margin - 2))
  }

  func print() throws {
    let d = evaluator.activation.descriptor
    let at = points(x, columns * 2)
    let result = try evaluator.evaluate(x: at, g: [plottedGate])
    let y = paddedRange(result.y + result.dx)
    var canvas = Canvas(columns: columns, rows: rows, x: x, y: y)
    // Grey axes first, so that curves lie over them.
    canvas.drawVertical(0, .dim)
    canvas.drawHorizontal(0, .dim)
    canvas.draw(.magenta, isDotted: true, values: result.dx)
    canvas.draw(.cyan, values: result.y)

    Swift.print("\(d.title)".inked(.bold) + "   \(d.equation)")
    Swift.print(
      "⠒⠒⠒ value".inked(.cyan) + "   " + "⠒ ⠒ derivative".inked(.magenta) + settings)
    for line in labelled(canvas, y) { Swift.print(line) }
    Swift.print(String(repeating: " ", count: margin) + "└" + axis)
    Swift.print(String(repeating: " ", count: margin + 1) + axisLabels)
  }

  /// The values that the curves are drawn with, where there are any to choose.
  private var settings: String {
    let d = evaluator.activation.descriptor
    var words = zip(d.parameters, evaluator.values).map { parameter, values in
      "\(parameter.name)=\(values.map { brief($0, digits: 3) }.joined(separator: ","))"
    }
    if d.isGated { words.append("g=\(brief(plottedGate))") }
    if let u = d.noiseEval { words.append("u=\(brief(u))") }
    return words.isEmpty ? "" : "   \(words.joined(separator: " "))".inked(.dim)
  }

  private func labelled(_ canvas: Canvas, _ y: ClosedRange<Double>) -> [String] {
    var labels: [Int: String] = [:]
    for tick in niceTicks(y, about: rows / 4) {
      if let row = canvas.cellRow(tick) { labels[row] = brief(tick) }
    }
    return canvas.lines.enumerated().map { row, line in
      let label = labels[row].map { $0.padded(margin - 1, right: true) }
      return (label ?? String(repeating: " ", count: margin - 1))
        + (label == nil ? " │" : " ┤") + line
    }
  }

  private var ticks: [(column: Int, text: String)] {
    niceTicks(x, about: columns / 10).map { tick in
      let share = (tick - x.lowerBound) / (x.upperBound - x.lowerBound)
      return (Int((share * Double(columns - 1)).rounded()), brief(tick))
    }
  }

  private var axis: String {
    var cells = Array(repeating: "─", count: columns)
    for tick in ticks { cells[tick.column] = "┬" }
    return cells.joined()
  }

  private var axisLabels: String {
    var text = ""
    for tick in ticks {
      let start = max(0, tick.column - tick.text.count / 2)
      guard start >= text.count + (text.isEmpty ? 0 : 1) else { continue }
      text = text.padded(start) + tick.text
    }
    return text
  }
}
