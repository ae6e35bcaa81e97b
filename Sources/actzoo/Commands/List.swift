import ArgumentParser
import Exporting
import Formula
import ZooHost

/// `actzoo list`: the activations found, and why others were not.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the activations of the zoo, or the tests and rules of conformance.",
    discussion: """
      Runs no plugin code, except with --probe, and then in child processes.

      Examples:
        actzoo list --why --path ./my-plugins
        actzoo list tests
      """)

  /// What can be listed.
  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case activations, tests, rules
  }

  @Argument(help: "activations, tests or rules.")
  var subject = Subject.activations

  @OptionGroup var access: ZooAccess

  @Flag(help: "Also name every file that is refused, shadowed or suspect, with the rule it breaks.")
  var why = false

  @Flag(help: "Also load every plugin, each in a child process, and name what fails.")
  var probe = false

  @Flag(help: "Print JSON: activations, reports and, with --probe, probes.")
  var json = false

  func run() {
    switch subject {
    case .tests: return ConformanceListing.printTests(asJSON: json)
    case .rules: return ConformanceListing.printRules(asJSON: json)
    case .activations: break
    }
    let zoo = access.open()
    let probes = probe ? plugins(of: zoo).map { Probe(path: $0) } : []
    if json {
      printJSON(zoo, probes)
      return
    }
    printTable(zoo)
    if why { printReports(zoo) }
    if probe { printProbes(probes) }
    if !why && zoo.reports.contains(where: { $0.kind == .refused }) {
      let count = zoo.reports.count { $0.kind == .refused }
      printError("\(counted(count, "file")) refused; `actzoo list --why` says why.")
    }
  }

  /// Files with kernels, each once.
  private func plugins(of zoo: Zoo) -> [String] {
    Set(
      zoo.activations.filter { !$0.isa.isEmpty || !$0.descriptor.foreign.isEmpty }.map(\.path)
    ).sorted()
  }

  private func printTable(_ zoo: Zoo) {
    guard !zoo.activations.isEmpty else {
      print("No activations found; `actzoo doctor` shows where they are looked for.")
      return
    }
    var table = Table([
      .init(title: "NAME"), .init(title: "TITLE", isDispensable: true),
      .init(title: "FORMULA", least: 18), .init(title: "PARAMETERS", least: 10),
      .init(title: "BUILD"), .init(title: "SOURCE", isDispensable: true),
    ])
    for activation in zoo.activations {
      let d = activation.descriptor
      table.add(
        [d.name, d.title, d.formulaText, d.parameterSummary, activation.build, d.sourceWord],
        inks: [0: .cyan, 4: .dim, 5: d.sourceWord == "sure" ? .green : .yellow])
    }
    table.print()
    print("\n" + "\(counted(zoo.activations.count, "activation")).".inked(.dim))
  }

  private func printReports(_ zoo: Zoo) {
    guard !zoo.reports.isEmpty else {
      print("Nothing was refused.")
      return
    }
    print()
    for report in zoo.reports {
      let rule = report.rule.isEmpty ? "" : " \(report.rule)"
      print("\(report.kind.word)\(rule): ".inked(report.kind.ink) + report.path)
      print("  \(report.text)")
    }
  }

  private func printProbes(_ probes: [Probe]) {
    print()
    for probe in probes {
      if let failure = probe.failure {
        print("fails: ".inked(.red) + probe.path + "\n  \(failure)")
      }
    }
    let good = probes.count { $0.failure == nil }
    print("\(good) of \(counted(probes.count, "plugin")) \(good == 1 ? "loads" : "load").")
  }

  private func printJSON(_ zoo: Zoo, _ probes: [Probe]) {
    var members: [(String, JSON)] = [
      ("activations", .array(zoo.activations.map(\.json))),
      (
        "reports",
        .array(
          zoo.reports.map {
            .object([
              ("kind", .string($0.kind.word)), ("path", .string($0.path)),
              ("rule", .string($0.rule)), ("text", .string($0.text)),
            ])
          })
      ),
    ]
    if probe {
      members.append(
        (
          "probes",
          .array(
            probes.map {
              .object([
                ("path", .string($0.path)), ("loads", .bool($0.failure == nil)),
                ("text", .string($0.failure ?? "")),
              ])
            })
        ))
    }
    print(JSON.object(members).text)
  }
}

extension Report.Kind {
  fileprivate var word: String {
    switch self {
    case .refused: "refused"
    case .shadowed: "shadowed"
    case .warning: "warning"
    }
  }

  fileprivate var ink: Ink { self == .refused ? .red : .yellow }
}

/// "1 file", "2 files".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
