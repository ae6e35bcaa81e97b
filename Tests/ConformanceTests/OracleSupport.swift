import CSystem
import Conformance
import Formula
import class Foundation.FileManager
import struct Foundation.URL

/// SplitMix64: a seeded generator, so that every failure can be repeated.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A formula of x, g and the scalars p and q.
func formula(_ text: String) throws -> Expression {
  try Expression(parsing: text, symbols: Symbols(scalars: ["p", "q"])).instantiate()
}

/// The value of a formula of x in many bits.
func exact(_ text: String, _ x: Double) throws -> ExactValue? {
  try ExactEvaluator(formula(text)).evaluate(x: x)
}

/// A formula at random, of at most this depth; most have finite values.
func randomFormula(_ depth: Int, _ random: inout Seeded) -> String {
  if depth == 0 || Int.random(in: 0..<7, using: &random) == 0 {
    return ["x", "x", "x", "g", "p", "q", "2", "0.5", "1/3"].randomElement(using: &random)!
  }
  func part() -> String { randomFormula(depth - 1, &random) }
  switch Int.random(in: 0..<12, using: &random) {
  case 0..<5:
    let name = [
      "tanh", "atan", "asinh", "erf", "erfc", "sigmoid", "softplus", "sech", "sin", "cos", "abs",
      "sign", "floor", "-", "relu", "silu", "gelu",
    ].randomElement(using: &random)!
    return "\(name)(\(part()))"
  case 5:
    let name = ["exp", "expm1", "sinh", "cosh"].randomElement(using: &random)!
    return "\(name)(atan(\(part())))"
  case 6:
    let name = ["log", "log1p", "sqrt"].randomElement(using: &random)!
    return "\(name)(abs(\(part())) + 0.5)"
  case 7: return "(\(part())) / (abs(\(part())) + 1)"
  case 8: return "(\(part()))^\(Int.random(in: 0...4, using: &random))"
  case 9:
    return "(\(part()) < \(part()) ? \(part()) : \(part()))"
  case 10: return "\(Bool.random(using: &random) ? "min" : "max")(\(part()), \(part()))"
  default:
    return "(\(part())) \(["+", "-", "*"].randomElement(using: &random)!) (\(part()))"
  }
}

/// Every activation that this project ships, from the texts that plugins are built from.
let shippedActivations: [ActivationDescriptor] = {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Plugins")
  let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
  var all: [ActivationDescriptor] = []
  for case let file as URL in files! where file.pathExtension == "actzoo" {
    let text = try! String(contentsOf: file, encoding: .utf8)
    all += try! Descriptor.parse(text).activations
  }
  return all.sorted { $0.name < $1.name }
}()

/// Seconds of this thread's processor time that `body` takes; a busy machine does not make it longer.
func processorSeconds(_ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
  let start = now()
  body()
  return now() - start
}

/// True if both are NaN, or the same number, or within some units in the last place of double.
func isClose(_ a: Double, _ b: Double, ulps: Double) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  if a == b { return true }
  return (a - b).magnitude <= ulps * max(a.magnitude, b.magnitude).ulp
}
