import ArgumentParser
import CActZoo
import Exporting
import Formula
import ZooHost

/// `actzoo eval`: numbers through an activation and back, as any caller of the library gets them.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluate an activation: y, dy/dx and the gradient of each parameter.",
    discussion: """
      Parameter gradients are those of the sum of all y. --bits prints results as hexadecimal bit \
      patterns, in the lines that the examples in every language share.

      Examples:
        actzoo eval crrelu -1 0 2.5 --param eps=0.05
        actzoo eval swiglu 1 2 --g 0.5,-0.5
        actzoo eval rational 0.3 --preset swish --dtype f64
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Name, alias or id of the activation.")
  var name: String

  @Argument(parsing: .allUnrecognized, help: "Where to evaluate it.")
  var values: [String]

  @Option(
    parsing: .unconditionalSingleValue, help: "NAME=VALUE, or NAME=VALUE,VALUE,... for a vector.")
  var param: [String] = []

  @Option(help: "Start from the values of this preset.")
  var preset: String?

  @Option(
    parsing: .unconditional,
    help: "Second input of a gated activation: one value, or one for each, separated by commas.")
  var g: String?

  @Option(parsing: .unconditional, help: "The noise u, in [0, 1), instead of its evaluation value.")
  var noise: String?

  @Option(help: "f32 or f64: the type that is computed in.")
  var dtype = "f32"

  @Flag(inversion: .prefixedNo, help: "Also the derivative and the parameter gradients.")
  var backward = true

  @Flag(help: "Print bit patterns: lines y, dx, and d + each parameter.")
  var bits = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let activation = try access.find(name)
    let d = activation.descriptor
    if let option = values.first(where: { $0.hasPrefix("-") && Double($0) == nil }) {
      let known = [
        "--param", "--preset", "--g", "--noise", "--dtype", "--bits", "--json", "--path",
      ]
      let hint = nearest(option, known).map { "did you mean '\($0)'?" }
      throw CommandFailure(
        "'\(option)' is neither a number nor an option; "
          + (hint ?? "see `actzoo eval --help`."))
    }
    guard !values.isEmpty else {
      throw CommandFailure("say where to evaluate \(d.name): actzoo eval \(d.name) -1 0 2.5")
    }
    let types = ["f32": ACTZOO_F32, "f64": ACTZOO_F64]
    guard let type = types[dtype] else {
      throw CommandFailure("'\(dtype)' is not a type that eval computes in; use f32 or f64.")
    }
    var x: [Double] = []
    for word in values { x.append(try number(word, "among the values")) }
    let second = try secondInput(d, x.count)
    let u = try noiseValue(d)
    let evaluator = try Evaluator(activation, type: type, preset: preset, assignments: param)
    if type == ACTZOO_F32 { x = x.map { Double(Float($0)) } }
    let result = try evaluator.evaluate(x: x, g: second, u: u, wantsGradients: backward)
    let report = Report(
      descriptor: d, x: x, g: d.isGated ? second : [], type: type, result: result,
      values: evaluator.values)
    if json {
      print(report.json.text)
    } else if bits {
      report.printBits()
    } else {
      report.printTable()
    }
  }

  private func secondInput(_ d: ActivationDescriptor, _ count: Int) throws(CommandFailure)
    -> [Double]
  {
    guard let g else {
      if d.isGated {
        throw CommandFailure("\(d.name) has a second input: say --g VALUE, or one for each value.")
      }
      return [0]
    }
    guard d.isGated else { throw CommandFailure("\(d.name) has no second input; leave out --g.") }
    var numbers: [Double] = []
    for word in g.split(separator: ",") { numbers.append(try number(String(word), "of --g")) }
    guard numbers.count == 1 || numbers.count == count else {
      throw CommandFailure(
        "--g has \(numbers.count) values for \(count) of x; give one or \(count).")
    }
    return (0..<count).map { numbers[numbers.count == 1 ? 0 : $0] }
  }

  private func noiseValue(_ d: ActivationDescriptor) throws(CommandFailure) -> Double? {
    guard let noise else { return nil }
    guard d.usesNoise else { throw CommandFailure("\(d.name) uses no noise; leave out --noise.") }
    let u = try number(noise, "of --noise")
    guard (0..<1).contains(u) else {
      throw CommandFailure("--noise is \(noise); the noise u lies in [0, 1).")
    }
    return u
  }
}

extension Eval {
  /// The outcome in its three forms.
  struct Report {
    let descriptor: ActivationDescriptor
    let x: [Double]
    let g: [Double]
    let type: actzoo_dtype
    let result: Evaluator.Result
    let values: [[Double]]

    private var rows: [(name: String, values: [Double])] {
      var rows = [("y", result.y)]
      if !result.dx.isEmpty { rows.append(("dx", result.dx)) }
      if !result.dg.isEmpty { rows.append(("dg", result.dg)) }
      for (parameter, gradient) in zip(descriptor.parameters, result.dparameters) {
        rows.append(("d\(parameter.name)", gradient))
      }
      return rows
    }

    func printBits() {
      for row in rows {
        print("\(row.name) \(row.values.map(hexadecimal).joined(separator: " "))")
      }
    }

    func printTable() {
      let inputs = [("x", x)] + (g.isEmpty ? [] : [("g", g)])
      let outputs =
        [("y", result.y)]
        + (result.dx.isEmpty ? [] : [("dy/dx", result.dx)])
        + (result.dg.isEmpty ? [] : [("dy/dg", result.dg)])
      var table = Table((inputs + outputs).map { .init(title: $0.0, isRight: true) })
      for index in x.indices { table.add((inputs + outputs).map { decimal($0.1[index]) }) }
      table.print()
      for (index, parameter) in descriptor.parameters.enumerated() {
        let value = values[index].map { brief($0) }.joined(separator: ", ")
        guard index < result.dparameters.count else { continue }
        let gradient = result.dparameters[index].map(decimal).joined(separator: ", ")
        print("d(sum y)/d \(parameter.name) = \(gradient)" + "   at \(value)".inked(.dim))
      }
    }

    var json: JSON {
      var members: [(String, JSON)] = [
        ("activation", .string(descriptor.id)),
        ("dtype", .string(type == ACTZOO_F64 ? "f64" : "f32")),
        ("x", list(x)),
      ]
      if !g.isEmpty { members.append(("g", list(g))) }
      let names = descriptor.parameters.map(\.name)
      members.append(("parameters", .object(Array(zip(names, values.map(list))))))
      members += rows.prefix(while: { row in !names.contains { row.name == "d\($0)" } })
        .map { ($0.name, list($0.values)) }
      members.append(("dparameters", .object(Array(zip(names, result.dparameters.map(list))))))
      return .object(members)
    }

    private func list(_ values: [Double]) -> JSON {
      .array(values.map { type == ACTZOO_F64 ? .number($0) : .float(Float($0)) })
    }

    private func decimal(_ value: Double) -> String {
      type == ACTZOO_F64 ? value.description : Float(value).description
    }

    private func hexadecimal(_ value: Double) -> String {
      let (bits, digits) =
        type == ACTZOO_F64
        ? (value.bitPattern, 16) : (UInt64(Float(value).bitPattern), 8)
      let hex = String(bits, radix: 16)
      return "0x" + String(repeating: "0", count: digits - hex.count) + hex
    }
  }
}
