import Conformance
import Foundation
import Testing

/// The texts that `actzoo explain` prints are those of the contract.
@Suite struct RuleTests {
  private static let header = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Include/actzoo/plugin.h")

  /// The header's comment as one line of words.
  private static func words(_ text: String) -> String {
    text.split(whereSeparator: { $0.isWhitespace || $0 == "*" }).joined(separator: " ")
  }

  @Test(arguments: Rule.all.map(\.number))
  func aRuleReadsAsInTheHeader(_ number: String) throws {
    let rule = try #require(Rule.numbered(number))
    let header = Self.words(try String(contentsOf: Self.header, encoding: .utf8))
    #expect(
      header.contains("\(number) \(rule.name) \(Self.words(rule.text))"),
      "plugin.h says something else for \(number)")
  }

  @Test func everyRuleOfTheHeaderIsListed() throws {
    let header = Self.words(try String(contentsOf: Self.header, encoding: .utf8))
    let next = "P\(Rule.all.count + 1) "
    #expect(!header.contains(" \(next)"), "plugin.h has a rule \(next)that Rule.all lacks")
  }

  @Test func everyCheckNamesARuleAndAMutant() {
    #expect(Set(Checks.all.map(\.id)).count == Checks.all.count, "two checks have one id")
    for check in Checks.all {
      #expect(Rule.numbered(check.rule) != nil, "\(check.id) names rule \(check.rule)")
      #expect(!check.mutants.isEmpty, "\(check.id) has no mutant that it must catch")
    }
  }
}
