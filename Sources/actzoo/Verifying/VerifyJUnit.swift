import Conformance
import Foundation
import Training

/// The XML of JUnit, which CI services read.
///
/// A plugin is a suite.
struct VerifyJUnit {
  private let dossiers: [Dossier]

  init(_ dossiers: [Dossier]) { self.dossiers = dossiers }

  var text: String {
    var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>"]
    for dossier in dossiers { lines += suite(dossier) }
    return (lines + ["</testsuites>"]).joined(separator: "\n")
  }

  private func suite(_ dossier: Dossier) -> [String] {
    let troubles = dossier.trouble == nil ? 0 : 1
    let errors = dossier.count(.crash) + dossier.count(.timeout) + troubles
    var lines = [
      "  <testsuite name=\(Self.quoted(dossier.path)) tests=\"\(dossier.results.count + troubles)\""
        + " failures=\"\(dossier.count(.fail))\" errors=\"\(errors)\""
        + " skipped=\"\(dossier.count(.skip))\" time=\"\(Self.seconds(dossier.seconds))\">"
    ]
    if let trouble = dossier.trouble {
      lines.append("    <testcase classname=\"the file\" name=\"loads\" time=\"0\">")
      lines.append("      <error type=\"trouble\" message=\(Self.quoted(trouble))/>")
      lines.append("    </testcase>")
    }
    for result in dossier.results { lines += testCase(result, dossier) }
    return lines + ["  </testsuite>"]
  }

  private func testCase(_ result: TestResult, _ dossier: Dossier) -> [String] {
    let head =
      "    <testcase classname=\(Self.quoted(result.subject)) "
      + "name=\(Self.quoted(result.test.check)) time=\"\(Self.seconds(result.seconds))\""
    let rule = Checks.named(result.test.check)?.rule ?? ""
    var messages = result.findings.map(\.message)
    if !result.message.isEmpty { messages.insert(result.message, at: 0) }
    let first = Self.quoted(messages.first ?? "")
    let body = (messages + ["replay: " + dossier.replay(result, result.findings.first?.witness)])
      .joined(separator: "\n")
    let element: String
    switch result.status {
    case .pass: return [head + "/>"]
    case .skip: element = "<skipped message=\(first)/>"
    case .warn: element = "<system-out>\(body.escapedForXML)</system-out>"
    case .fail:
      element = "<failure type=\"\(rule)\" message=\(first)>\(body.escapedForXML)</failure>"
    case .crash, .timeout:
      element =
        "<error type=\"\(result.status.rawValue)\" message=\(first)>"
        + "\(body.escapedForXML)</error>"
    }
    return [head + ">", "      " + element, "    </testcase>"]
  }

  private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }

  private static func quoted(_ text: String) -> String { "\"" + text.escapedForXML + "\"" }
}
