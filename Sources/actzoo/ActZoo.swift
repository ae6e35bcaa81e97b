import ArgumentParser

/// The command line of the Activation Zoo: arguments and printing, nothing else.
struct ActZoo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "actzoo",
    abstract: "The Activation Zoo: activation functions as fast, trustworthy plugins.",
    discussion: """
      Examples:
        actzoo list
        actzoo eval crrelu -1 0 2.5 --param eps=0.05
        actzoo train --activation lslu --epochs 3
      """,
    version: "1.0.0",
    groupedSubcommands: [
      CommandGroup(
        name: "See what there is",
        subcommands: [
          List.self, Info.self, Eval.self, Plot.self, Gallery.self, Bench.self, Doctor.self,
        ]),
      CommandGroup(name: "Train", subcommands: [Train.self, Compare.self]),
      CommandGroup(
        name: "Write plugins", subcommands: [New.self, Build.self, Compile.self, Export.self]),
      CommandGroup(name: "Trust plugins", subcommands: [Verify.self, Fuzz.self, Explain.self]),
    ])
}

extension ActZoo {
  /// The words that can follow `actzoo`.
  static var names: [String] {
    configuration.subcommands.map { String(describing: $0).lowercased() }
  }
}
