import Conformance
import Exporting

/// What `actzoo fuzz --json` prints.
enum FuzzDocument {
  /// One object: schema, seed, calls, seconds, findings (the result of the test each, and how to see it
  /// again), plugins that could not be fuzzed, and failures of the tool itself.
  static func text(
    _ report: FuzzReport, _ options: FuzzingOptions, _ fuzzing: Fuzzing, isReplay: Bool
  ) -> String {
    JSON.object([
      ("schema", .integer(1)),
      ("tool", .string("actzoo fuzz")),
      ("seed", isReplay ? .null : .integer(Int(options.seed))),
      ("calls", .integer(report.chunks * Fuzzing.callsPerChunk)),
      ("seconds", .number(report.seconds)),
      ("findings", .array(report.found.map(object))),
      (
        "troubles",
        .array(
          fuzzing.troubles.map {
            .object([("path", .string($0.path)), ("message", .string($0.message))])
          })
      ),
      ("tool_failures", .strings(report.toolFailures)),
    ]).text
  }

  private static func object(_ finding: FuzzFinding) -> JSON {
    let witness = finding.result.findings.first?.witness
    return .object([
      ("path", .string(finding.path)),
      ("activation", finding.result.test.activation.map(JSON.string) ?? .null),
      ("dtype", finding.result.test.dtype.map(JSON.string) ?? .null),
      ("status", .string(finding.result.status.rawValue)),
      ("seed", .integer(Int(finding.seed))),
      ("trial", witness.map { .integer($0.trial) } ?? .null),
      ("message", .string(finding.message)),
      ("pass", witness?.pass.map(JSON.string) ?? .null),
      ("output", witness?.output.map(JSON.string) ?? .null),
      ("extent", .array((witness?.extent ?? []).map(JSON.integer))),
      ("strides", .array((witness?.strides ?? []).map(JSON.integer))),
      ("index", witness?.index.map(JSON.integer) ?? .null),
      (
        "operands",
        .object((witness?.operands ?? [:]).sorted { $0.key < $1.key }.map { ($0, .string($1)) })
      ),
      ("got", witness?.got.map(JSON.string) ?? .null),
      ("want", witness?.want.map(JSON.string) ?? .null),
      ("reproduce", .string(Fuzz.reproduction(finding))),
    ])
  }
}
