import ArgumentParser
import Exporting
import Foundation
import Training
import ZooHost

/// `actzoo doctor`: what is there, and what to do about what is not.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check compilers, OpenBLAS, data, plugins and threads, and say what to do next.",
    discussion: """
      Exit code 0, or 1 if there is a problem.

      Example: actzoo doctor
      """)

  @OptionGroup var access: ZooAccess

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let findings = Examination(access).findings
    if json {
      print(JSON.array(findings.map(\.json)).text)
    } else {
      for finding in findings { finding.print() }
    }
    if findings.contains(where: { $0.state == .problem }) { throw ExitCode(1) }
  }
}

/// One thing that was looked at.
struct Finding {
  enum State: String {
    case ok
    case warning
    case problem
  }

  let state: State
  let subject: String
  let text: String
  /// What to do next; empty where all is well.
  var advice = ""

  func print() {
    let sign: String
    switch state {
    case .ok: sign = "ok  ".inked(.green)
    case .warning: sign = "warn".inked(.yellow)
    case .problem: sign = "FAIL".inked(.red)
    }
    Swift.print("\(sign)  \(subject.padded(15).inked(.bold)) \(text)")
    if !advice.isEmpty { Swift.print(String(repeating: " ", count: 22) + advice.inked(.cyan)) }
  }

  var json: JSON {
    .object([
      ("subject", .string(subject)), ("state", .string(state.rawValue)), ("text", .string(text)),
      ("advice", .string(advice)),
    ])
  }
}
