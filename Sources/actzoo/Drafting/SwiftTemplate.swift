import Exporting
import Formula

/// A plugin's Swift source: the formula over the kit's generic numbers, nothing else.
struct SwiftTemplate {
  private let activation: ActivationDescriptor
  private let type: String

  /// The kit passes scalars in registers; four is what its loops are specialised for.
  private static let mostParameters = 4

  init(_ activation: ActivationDescriptor, type: String) throws(CommandFailure) {
    self.activation = activation
    self.type = type
    let parameters = activation.parameters
    guard parameters.count <= Self.mostParameters, !parameters.contains(where: \.isVector) else {
      throw CommandFailure(
        "a Swift plugin made from a formula has at most \(Self.mostParameters) parameters, "
          + "each one number; use --lang c.")
    }
  }

  func text() throws(CommandFailure) -> String {
    let names = activation.parameters.map(\.name)
    let expanded = try expand(activation.formula)
    let source = expanded.swiftSource(type: "N") {
      activation.name(of: $0, Self.local) { _ in "" }
    }
    guard let source else { throw CommandFailure("the formula cannot be written as Swift.") }

    var locals: [(String, String)] = []
    if expanded.contains(.x) { locals.append(("x", "arguments.x")) }
    if expanded.contains(.g) { locals.append(("g", "arguments.g")) }
    if expanded.contains(.u) { locals.append(("u", "arguments.u")) }
    for (index, name) in names.enumerated()
    where expanded.contains(.coefficient(parameter: index, index: 0)) {
      locals.append((swiftName(Self.local(name)), "arguments.p.\(index)"))
    }
    var lines = [
      "/// \(activation.equation)",
      "///",
      "/// The kit makes the derivatives, the loops and every type from this one function.",
      "enum \(type): Activation {",
    ]
    if !names.isEmpty { lines.append("  static var parameters: Int { \(names.count) }") }
    if activation.isGated { lines.append("  static var isGated: Bool { true }") }
    if activation.usesNoise { lines.append("  static var isNoisy: Bool { true }") }
    if lines.count > 4 { lines.append("") }
    lines.append(
      "  static func value<N: Number>(_ arguments: Arguments<N>) -> N {")
    lines += locals.map { "    let \($0.0) = \($0.1)" }
    lines += source.statements.map { "    " + $0 }
    lines += ["    return \(source.value)", "  }", "}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Names that the template or the kit's notation uses stay free.
  private static func local(_ name: String) -> String {
    ["N", "select", "arguments"].contains(name) ? "\(name)_" : name
  }
}
