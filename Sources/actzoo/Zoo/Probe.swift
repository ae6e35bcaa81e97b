import Conformance
import Foundation
import ZooHost

/// Loading a plugin where it can do no harm: in a child process with limits and a deadline.
struct Probe {
  /// The hidden first argument that makes this program the child.
  static let word = "__probe"

  let path: String
  /// Nil: every activation of the file loads.
  ///
  /// Otherwise the sentence that says what went wrong.
  let failure: String?

  /// Loads every activation of a plugin file in a child; takes `seconds` at most.
  init(path: String, seconds: Double = 10) {
    self.path = path
    let child = ChildProcess([Probe.word, path], limit: seconds)
    switch child.ending {
    case .answered(let answer):
      let text = String(decoding: answer, as: UTF8.self)
      failure = text.isEmpty ? nil : text
    case .late: failure = "loading takes longer than \(Int(seconds)) s; it was stopped."
    case .exited(let code): failure = "it ends the process (exit code \(code))."
    case .killed(let signal):
      let name = String(cString: strsignal(Int32(signal)))
      failure = "it crashes the process while loading (signal \(signal), \(name))."
    case .notStarted(let reason): failure = reason
    }
  }

  /// The child: loads the plugin that the arguments name, answers with what went wrong, or with nothing,
  /// and exits.
  static func serve(_ arguments: [String]) -> Never {
    guard arguments.count == 2, let board = ChildProcess.settle(arguments[0]) else { exit(70) }
    var options = ZooOptions()
    options.paths = [arguments[1]]
    options.onlyPaths = true
    let zoo = Zoo(options)
    var failure = zoo.activations.isEmpty ? zoo.reports.first?.text ?? "no activation" : ""
    for activation in zoo.activations where failure.isEmpty {
      do { try activation.load() } catch { failure = error.message }
    }
    board.answer(Data(failure.utf8))
    _exit(0)
  }
}
