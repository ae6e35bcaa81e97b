/// One way to put a plugin to the test: it looks for the breach of one rule.
///
/// Checks are values in lists (`Checks.all`), so that listing, explaining and running them all come from
/// one place. Adding one means adding an element to the list of its group, and a mutant that trips it to
/// Tests/Mutants.
public struct Check: Sendable {
  /// Kebab-case; the same on the command line, in JSON and in messages.
  public let id: String
  /// Where it belongs.
  public let group: Group
  /// The number of the rule that a failure breaks.
  public let rule: String
  /// The first tier that runs it.
  public let tier: Tier
  /// Whether it looks at a file or at a kernel.
  public let scope: Scope
  /// True where a finding is advice and not a breach.
  public let isAdvice: Bool
  /// What is done and what must come out, in one sentence.
  public let summary: String
  /// Why it matters: what happened to whom.
  public let why: String
  /// What its author does about a failure.
  public let mend: String
  /// The mutants of Tests/Mutants that it must catch.
  public let mutants: [String]
  /// Runs in a process of its own.
  let run: @Sendable (Test) throws -> Void

  /// True for checks of a file that a text without a library can be put to.
  var isOfTexts: Bool { ["manifest-parses", "parameters-consistent"].contains(id) }

  init(
    _ id: String, _ group: Group, rule: String, tier: Tier = .quick, scope: Scope = .kernel,
    isAdvice: Bool = false, summary: String, why: String, mend: String, mutants: [String],
    run: @escaping @Sendable (Test) throws -> Void
  ) {
    (self.id, self.group, self.rule, self.tier) = (id, group, rule, tier)
    (self.scope, self.isAdvice, self.summary) = (scope, isAdvice, summary)
    (self.why, self.mend, self.mutants, self.run) = (why, mend, mutants, run)
  }

  /// What a check looks at.
  public enum Scope: String, Sendable, Codable {
    /// The file: once for each plugin.
    case file
    /// One compiled row: once for each activation and element type.
    case kernel
  }

  /// Checks that belong together; a folder under Checks.
  public enum Group: String, Sendable, Codable, CaseIterable {
    case abi, memory, shape, alias, value, grad, noise, conc, fp, fuzz, perf
  }
}

/// How much is run.
///
/// Each tier runs what the ones before it run, with more samples.
public enum Tier: String, Sendable, Codable, CaseIterable, Comparable {
  /// Under two seconds for an activation.
  case quick
  /// Under twenty seconds; the default.
  case standard
  /// Every input of types up to 32 bits.
  case exhaustive

  /// Less is before more.
  public static func < (a: Tier, b: Tier) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }
}

/// All checks, in the order in which they run and are listed.
public enum Checks {
  /// Every check.
  public static let all: [Check] =
    abi + memory + shape + alias + value + grad + noise + conc + fp
    + fuzz + perf

  /// The check of this id, or nil.
  public static func named(_ id: String) -> Check? { all.first { $0.id == id } }
}
