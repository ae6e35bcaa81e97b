import ArgumentParser
import Conformance
import Foundation
import Training
import ZooHost

/// Runs the command; every failure is one sentence on standard error and exit code 2.
@main
enum Main {
  static func main() {
    // A reader that goes away (`actzoo list | head -1`) ends the command silently, also under a parent
    // that ignores the signal.
    signal(SIGPIPE, SIG_DFL)
    let arguments = Array(CommandLine.arguments.dropFirst())
    HiddenCommands.serve(arguments)
    if arguments.first == Probe.word { Probe.serve(Array(arguments.dropFirst())) }
    let command = parsed(arguments)
    do {
      var command = command
      try command.run()
    } catch let code as ExitCode {
      fflush(nil)
      exit(code.rawValue)
    } catch let failure as CommandFailure {
      stop(failure.description)
    } catch let refusal as ZooError {
      stop(refusal.message)
    } catch let failure as TrainingError {
      stop(failure.message)
    } catch {
      // `actzoo` alone and `actzoo help` ask for help by throwing.
      guard ActZoo.exitCode(for: error).isSuccess else { stop(ActZoo.message(for: error)) }
      print(ActZoo.fullMessage(for: error))
    }
  }

  /// The command that the arguments ask for; does not return where they ask for help or are wrong.
  private static func parsed(_ arguments: [String]) -> any ParsableCommand {
    let names = ActZoo.names + ["help"]
    if let word = arguments.first, !word.hasPrefix("-"), !names.contains(word) {
      let hint = nearest(word, names).map { "did you mean '\($0)'?" }
      stop("there is no command '\(word)'; \(hint ?? "`actzoo --help` lists them.")")
    }
    do { return try ActZoo.parseAsRoot(arguments) } catch {
      if ActZoo.exitCode(for: error).isSuccess {
        print(ActZoo.fullMessage(for: error))
        exit(0)
      }
      let name = arguments.first { ActZoo.names.contains($0) }.map { " \($0)" } ?? ""
      let sentence = ActZoo.message(for: error)
      stop(sentence + (sentence.hasSuffix(".") ? "" : ".") + " See `actzoo\(name) --help`.")
    }
  }

  private static func stop(_ sentence: String) -> Never {
    fflush(nil)
    printError("actzoo: ".inked(.red) + sentence)
    exit(2)
  }
}
