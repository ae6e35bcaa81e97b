import ArgumentParser
import CActZoo
import Formula
import Foundation
import Training
import ZooHost

/// `actzoo plot`: the shape of an activation, its derivative, and what its parameters do.
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Plot value and derivative in the terminal, or as SVG with every parameter's effect.",
    discussion: """
      Examples:
        actzoo plot crrelu --param eps=1
        actzoo plot lslu -o lslu.svg --range -6...6
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Name, alias or id of the activation.")
  var name: String

  @Option(name: .shortAndLong, help: "Write an SVG file: value, derivative, effect of parameters.")
  var output: String?

  @Option(parsing: .unconditional, help: "LOW...HIGH: the inputs to show.")
  var range = "-4...4"

  @Option(
    parsing: .unconditionalSingleValue, help: "NAME=VALUE, or NAME=VALUE,VALUE,... for a vector.")
  var param: [String] = []

  @Option(help: "Start from the values of this preset.")
  var preset: String?

  func run() throws {
    let activation = try access.find(name)
    let evaluator = try Evaluator(
      activation, type: ACTZOO_F64, preset: preset, assignments: param)
    let x = try interval(range)
    guard let output else {
      try TerminalPlot(evaluator, x: x).print()
      return
    }
    let document = try SVGPlot(evaluator, x: x).document()
    do { try document.write(toFile: output, atomically: true, encoding: .utf8) } catch {
      throw CommandFailure("cannot write \(output): \(error.localizedDescription)")
    }
    print("wrote \(output)")
  }

  private func interval(_ text: String) throws(CommandFailure) -> ClosedRange<Double> {
    // "-4...4"; ".." alone would be ambiguous with decimals such as "1..5".
    guard let dots = text.range(of: "...") else {
      throw CommandFailure("--range is LOW...HIGH, for example --range -4...4, not '\(text)'.")
    }
    let low = try number(String(text[..<dots.lowerBound]), "in --range")
    let high = try number(String(text[dots.upperBound...]), "in --range")
    guard low.isFinite, high.isFinite, low < high else {
      throw CommandFailure("--range \(text) is empty; its first number is the smaller one.")
    }
    return low...high
  }
}
