import Exporting
import Foundation

/// Timings as a table for people, or as JSON.
struct BenchReport {
  let dtype: String
  let count: Int
  let threads: Int
  let timings: [BenchTiming]

  private var elementBytes: Double { dtype == "f64" ? 8 : dtype == "f32" ? 4 : 2 }

  /// Bytes that the passes must move, by tensors read and written.
  private func bytes(_ tensors: Int) -> Double { Double(tensors * count) * elementBytes }

  private struct Line {
    let name: String
    let seconds: Double
    let tensors: Int
  }

  private func lines(_ t: BenchTiming) -> [Line] {
    [
      Line(name: "forward", seconds: t.forward, tensors: t.inputs + 1),
      Line(name: "backward", seconds: t.backward, tensors: 2 * t.inputs + 1),
      Line(name: "fused", seconds: t.fused, tensors: 2 * t.inputs + 2),
    ]
  }

  /// The speed of a pass as a share of the copy's, in bytes a second.
  private func share(_ line: Line, _ t: BenchTiming) -> Double {
    bytes(line.tensors) / line.seconds / (bytes(2) / t.copy)
  }

  func print() {
    let thread = threads == 1 ? "one thread" : "\(threads) threads"
    Swift.print("\(dtype), \(count) elements, \(thread), \(Machine.level)\n")
    var columns = [Table.Column(title: "ACTIVATION"), .init(title: "LEVEL")]
    for pass in ["FORWARD", "BACKWARD", "FUSED"] {
      columns += [
        .init(title: pass, isRight: true), .init(title: "GB/s", isRight: true),
        .init(title: "COPY", isRight: true),
      ]
    }
    var table = Table(columns)
    for timing in timings {
      var cells = [
        timing.name,
        timing.isForeign
          ? "foreign"
          : timing.isFormula ? "formula" : timing.level.isEmpty ? "first" : timing.level,
      ]
      for line in lines(timing) {
        cells.append(fixed(line.seconds / Double(count) * 1e9, 3) + " ns")
        cells.append(fixed(bytes(line.tensors) / line.seconds * 1e-9, 1))
        cells.append("\(Int((100 * share(line, timing)).rounded())) %")
      }
      table.add(cells)
    }
    table.print()
  }

  private func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  var json: JSON {
    .object([
      ("dtype", .string(dtype)), ("elements", .integer(count)),
      ("threads", .integer(threads)), ("cpu", .string(Machine.level)),
      (
        "activations",
        .array(
          timings.map { timing in
            .object(
              [
                ("name", .string(timing.name)), ("isa", .string(timing.level)),
                ("formula", .bool(timing.isFormula)),
                ("copy", .object([("ns_per_element", .number(timing.copy / Double(count) * 1e9))])),
              ]
                + lines(timing).map { line in
                  (
                    line.name,
                    .object([
                      ("ns_per_element", .number(line.seconds / Double(count) * 1e9)),
                      ("bytes_per_second", .number(bytes(line.tensors) / line.seconds)),
                      ("share_of_copy", .number(share(line, timing))),
                    ])
                  )
                })
          })
      ),
    ])
  }
}
