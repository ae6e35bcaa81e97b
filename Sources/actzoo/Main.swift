import ArgumentParser
import Foundation

/// Runs the command; every failure is one sentence on standard error and exit code 2.
@main
enum Main {
  static func main() {
    // A reader that goes away (`actzoo list | head -1`) ends the command silently, also under a parent
    // that ignores the signal.
    signal(SIGPIPE, SIG_DFL)
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == Probe.word { Probe.serve(Array(arguments.dropFirst())) }
    do {
      var command = try ActZoo.parseAsRoot(arguments)
      try command.run()
    } catch let failure as CommandFailure {
      stop(failure.description)
    } catch  where ActZoo.exitCode(for: error).isSuccess {
      print(ActZoo.fullMessage(for: error))
    } catch {
      let name = arguments.first { ActZoo.names.contains($0) }.map { " \($0)" } ?? ""
      stop("\(ActZoo.message(for: error)) See `actzoo\(name) --help`.")
    }
  }

  private static func stop(_ sentence: String) -> Never {
    fflush(nil)
    printError("actzoo: ".inked(.red) + sentence)
    exit(2)
  }
}
