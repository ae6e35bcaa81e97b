import ArgumentParser

@main
struct ActZoo: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "actzoo", abstract: "The Activation Zoo.")
}
