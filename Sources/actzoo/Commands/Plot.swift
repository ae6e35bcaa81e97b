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
        actzoo plot --all -o pictures
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Name, alias or id of the activation.")
  var name: String?

  @Flag(help: "Every activation, each as NAME.svg in the folder that -o names.")
  var all = false

  @Option(
    name: .shortAndLong,
    help: "Write an SVG file: value, derivative, effect of parameters. With --all: the folder.")
  var output: String?

  @Option(parsing: .unconditional, help: "LOW...HIGH: the inputs to show.")
  var range = "-4...4"

  @Option(
    parsing: .unconditionalSingleValue, help: "NAME=VALUE, or NAME=VALUE,VALUE,... for a vector.")
  var param: [String] = []

  @Option(help: "Start from the values of this preset.")
  var preset: String?

  func run() throws {
    let x = try interval(range)
    guard !all else { return try plotAll(x) }
    guard let name else {
      throw CommandFailure("say which activation to plot, or --all with -o DIR for every one.")
    }
    let activation = try access.find(name)
    let evaluator = try Evaluator(
      activation, type: ACTZOO_F64, preset: preset, assignments: param)
    guard let output else {
      try TerminalPlot(evaluator, x: x).print()
      return
    }
    try write(try SVGPlot(evaluator, x: x).document(), to: output)
    print("wrote \(output)")
  }

  private func plotAll(_ x: ClosedRange<Double>) throws(CommandFailure) {
    let surplus = name ?? (param.isEmpty && preset == nil ? nil : "--param and --preset")
    if let surplus {
      throw CommandFailure("--all draws every activation as it starts; leave out \(surplus).")
    }
    guard let output else { throw CommandFailure("--all writes files; say -o DIR.") }
    let zoo = try access.openFilled()
    var files: [(name: String, text: String)] = []
    for activation in zoo.activations {
      let evaluator = try Evaluator(activation, type: ACTZOO_F64, standIn: 1)
      let document = try SVGPlot(evaluator, x: x).document()
      files.append(("\(zoo.key(activation)).svg", document))
    }
    try write(files, into: output)
    print("wrote \(counted(files.count, "picture")) into \(output)")
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
