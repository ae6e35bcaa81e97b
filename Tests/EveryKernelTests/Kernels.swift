import CActZoo
import CSystem
import Foundation
import Testing
import ZooHost

/// The zoo as it is built under build/.
///
/// What a plugin must keep, `actzoo verify` checks of each. Here the host is tested, with one activation of
/// each kind that it treats differently.
enum Kernels {
  /// The package's root folder.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Where `make` puts plugins.
  static let folder = root.appendingPathComponent("build/lib/actzoo").path

  /// The zoo in that folder and nothing else; the environment may still cap the level.
  static let zoo = open(folder)

  /// One activation of each kind, with every element type that it has compiled code for.
  static let all: [KernelUnderTest] = oneOfEachKind(zoo)

  static func oneOfEachKind(_ zoo: Zoo) -> [KernelUnderTest] {
    var seen = Set<String>()
    return kernels(of: zoo).filter { kernel in
      let d = kernel.activation.descriptor
      let parameters = d.parameters.map { "\($0.isVector) \($0.isFixed) \($0.isSupplied)" }
      return seen.insert("\(kernel.dtype) \(d.isGated) \(d.usesNoise) \(parameters)").inserted
    }
  }

  static func open(_ path: String) -> Zoo { Zoo(ZooOptions(paths: [path], onlyPaths: true)) }

  static func kernels(of zoo: Zoo) -> [KernelUnderTest] {
    zoo.activations.flatMap { activation -> [KernelUnderTest] in
      do throws(ZooError) {
        try activation.load()
      } catch {
        Issue.record("\(activation.path) does not load: \(error.message)")
        return []
      }
      return [ACTZOO_F32, ACTZOO_F64].filter { activation.kernelTypes.contains($0) }
        .map { KernelUnderTest(activation: activation, dtype: $0) }
    }
  }
}

/// One activation with one element type.
struct KernelUnderTest: Sendable, CustomTestStringConvertible {
  let activation: Activation
  let dtype: actzoo_dtype

  var type: any Scalar.Type { dtype == ACTZOO_F64 ? Double.self : Float.self }
  var name: String { "\(activation.descriptor.name) \(dtype == ACTZOO_F64 ? "f64" : "f32")" }
  var testDescription: String { name }
}

/// What a check found wrong: the first few sentences and how many more there are.
struct Faults {
  private(set) var sentences: [String] = []
  private(set) var count = 0
  var isEmpty: Bool { count == 0 }

  mutating func add(_ sentence: @autoclosure () -> String) {
    count += 1
    if sentences.count < 4 { sentences.append(sentence()) }
  }

  mutating func add(_ other: Faults, _ place: @autoclosure () -> String) {
    if other.isEmpty { return }
    let place = place()
    for sentence in other.sentences where sentences.count < 4 {
      sentences.append("\(place): \(sentence)")
    }
    count += other.count
  }

  /// Fails the test with what was seen.
  func report(_ kernel: KernelUnderTest, sourceLocation: SourceLocation = #_sourceLocation) {
    if isEmpty { return }
    let more = count > sentences.count ? "\n  and \(count - sentences.count) more" : ""
    Issue.record(
      "\(kernel.name): \(sentences.joined(separator: "\n  "))\(more)",
      sourceLocation: sourceLocation)
  }
}

@Suite struct EveryKernelIsThere {
  @Test func theZooIsBuilt() {
    #expect(!Kernels.all.isEmpty, "no plugin in \(Kernels.folder): run make first")
    for report in Kernels.zoo.reports where report.kind == .refused {
      Issue.record("\(report.path) is refused, rule \(report.rule): \(report.text)")
    }
  }
}
