import ArgumentParser
import CActZoo
import Exporting
import Formula
import Foundation
import ZooHost

/// `actzoo bench`: how long an element takes, beside how long the machine takes to copy it.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time activations: ns an element, bytes a second, share of the speed of a copy.",
    discussion: """
      Calls go through the host into buffers that are reused, and are timed in turns with a copy of \
      as many bytes; each number is the median of its rounds. `COPY` is the share of the copy's bytes \
      a second that the pass reaches: forward reads x and writes y, backward reads x and dy and \
      writes dx. Parameters are shared by all elements.

      Examples:
        actzoo bench crrelu gelu
        actzoo bench --dtype bf16 --size 1m
        actzoo bench silu --size 16m --threads 2 --json
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Names of activations; all that have kernels if none is given.")
  var names: [String] = []

  @Option(help: "f16, bf16, f32 or f64.")
  var dtype = "f32"

  @Option(help: "Elements; k and m stand for 1,024 and 1,048,576.")
  var size = "64k"

  @Option(help: "Threads; 0: one for each processor.")
  var threads = 1

  @Option(help: "Seconds for each activation.")
  var seconds = 0.5

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  func run() throws {
    let types = [
      "f16": ACTZOO_F16, "bf16": ACTZOO_BF16, "f32": ACTZOO_F32, "f64": ACTZOO_F64,
    ]
    guard let type = types[dtype] else {
      throw CommandFailure("'\(dtype)' is not an element type; use f16, bf16, f32 or f64.")
    }
    guard (0...1024).contains(threads) else {
      throw CommandFailure("--threads is \(threads); use 0 to 1024.")
    }
    guard seconds > 0, seconds <= 3600 else {
      throw CommandFailure("--seconds is \(brief(seconds)); use more than 0, up to 3600.")
    }
    let count = try elements(size)
    let zoo = access.open()
    var chosen = zoo.activations.filter { !$0.isa.isEmpty || $0.path.hasSuffix(".so") }
    if !names.isEmpty {
      chosen = try names.map { name throws(CommandFailure) in try access.find(name, in: zoo) }
    }
    guard !chosen.isEmpty else { throw CommandFailure("there is no activation with kernels.") }
    ThreadPool.shared.threads = threads
    var timings: [BenchTiming] = []
    for activation in chosen {
      timings.append(try BenchRun(activation, type, count).time(seconds: seconds))
    }
    let report = BenchReport(
      dtype: dtype, count: count, threads: ThreadPool.shared.threads, timings: timings)
    if json { print(report.json.text) } else { report.print() }
  }

  private func elements(_ text: String) throws(CommandFailure) -> Int {
    let units: [Character: Int] = ["k": 1 << 10, "m": 1 << 20]
    let unit = text.last.flatMap { units[Character($0.lowercased())] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard let number = Int(digits), number >= 1, number <= 1 << 30,
      number * (unit ?? 1) <= 1 << 30
    else {
      throw CommandFailure(
        "'\(text)' is not a size; use 1 to 1024m elements, such as 65536 or 64k.")
    }
    return number * (unit ?? 1)
  }
}
