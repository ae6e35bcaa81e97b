import CActZoo
import Conformance
import Exporting
import Foundation
import ZooHost

/// `actzoo verify --json`, schema 1: docs/certify.md.
struct VerifyJSON {
  private let dossiers: [Dossier]
  private let options: VerificationOptions

  init(_ dossiers: [Dossier], _ options: VerificationOptions) {
    (self.dossiers, self.options) = (dossiers, options)
  }

  var text: String {
    JSON.object([
      ("schema", .integer(1)), ("tool", .string("actzoo \(ActZoo.configuration.version)")),
      ("contract", .string("1.\(ACTZOO_MINOR)")), ("tier", .string(options.tier.rawValue)),
      ("seed", .integer(Int(truncatingIfNeeded: options.seed))),
      ("cpu", .string(Machine.level)),
      ("conforms", .bool(dossiers.allSatisfy(\.isConforming))),
      ("plugins", .array(dossiers.map(plugin))),
    ]).text
  }

  private func plugin(_ dossier: Dossier) -> JSON {
    .object([
      ("path", .string(dossier.path)), ("sha256", .string(Machine.digest(dossier.path))),
      ("conforms", .bool(dossier.isConforming)), ("trouble", .string(dossier.trouble ?? "")),
      ("tool_failures", .strings(dossier.toolFailures)),
      (
        "counts",
        .object(Status.allCases.map { ($0.rawValue, .integer(dossier.count($0))) })
      ),
      ("tests", .array(dossier.results.map { test($0, dossier) })),
    ])
  }

  private func test(_ result: TestResult, _ dossier: Dossier) -> JSON {
    let check = Checks.named(result.test.check)
    return .object([
      ("id", .string(result.test.check)), ("group", .string(check?.group.rawValue ?? "")),
      ("rule", .string(check?.rule ?? "")),
      ("activation", result.test.activation.map { .string($0) } ?? .null),
      ("type", result.test.dtype.map { .string($0) } ?? .null),
      ("status", .string(result.status.rawValue)), ("message", .string(result.message)),
      (
        "findings",
        .array(
          result.findings.map { finding in
            .object([
              ("message", .string(finding.message)),
              ("witness", finding.witness.map(Self.witness) ?? .null),
              ("replay", .string(dossier.replay(result, finding.witness))),
            ])
          })
      ),
      ("more", .integer(result.more)),
      (
        "measurements",
        .array(
          result.measurements.map { m in
            .object([
              ("pass", .string(m.pass)), ("claimed_ulp", .number(m.claimedULP)),
              ("claimed_absolute", .number(m.claimedAbsolute)),
              ("observed_ulp", .number(m.observedULP)), ("at", .number(m.at)),
              ("observed_absolute", .number(m.observedAbsolute)),
              ("absolute_at", .number(m.absoluteAt)),
              ("points", .integer(m.points)),
            ])
          })
      ),
      ("notes", .strings(result.notes)), ("seconds", .number(result.seconds)),
    ])
  }

  /// Only what is known of it.
  private static func witness(_ w: Witness) -> JSON {
    var members: [(String, JSON)] = [("trial", .integer(w.trial))]
    func add(_ name: String, _ value: JSON?) { if let value { members.append((name, value)) } }
    add("pass", w.pass.map { .string($0) })
    add("output", w.output.map { .string($0) })
    add("extent", w.extent.map { .array($0.map { .integer($0) }) })
    add("strides", w.strides.map { .array($0.map { .integer($0) }) })
    add("index", w.index.map { .integer($0) })
    add(
      "parameters",
      w.parameters.map {
        .object($0.sorted { $0.key < $1.key }.map { ($0.key, .numbers($0.value)) })
      })
    add(
      "operands",
      w.operands.map { .object($0.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }) })
    add("got", w.got.map { .string($0) })
    add("want", w.want.map { .string($0) })
    add("ulp", w.ulp.map { .number($0) })
    return .object(members)
  }
}
