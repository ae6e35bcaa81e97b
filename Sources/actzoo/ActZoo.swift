import ArgumentParser

/// The command line of the Activation Zoo: arguments and printing, nothing else.
@main
struct ActZoo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "actzoo",
    abstract: "The Activation Zoo: activation functions as fast, trustworthy plugins.",
    version: "0.1.0",
    subcommands: [Build.self])
}
