import CConformance
import CSystem
import Foundation

/// The child's side: runs one test and leaves its result on the board.
public enum Worker {
  /// The hidden first argument that makes this program a worker.
  public static let word = "__test"
  /// The exit code that says that the child did not understand what it is to do.
  static let misunderstanding = 70

  /// Runs the test that the arguments describe, answers and exits.
  public static func serve(_ arguments: [String]) -> Never {
    guard arguments.count == 2, let board = ChildProcess.settle(arguments[0]),
      let test = try? JSONDecoder().decode(TestCase.self, from: Data(arguments[1].utf8))
    else { exit(Int32(misunderstanding)) }
    let result = run(test, board)
    guard let data = try? encoder.encode(result) else { exit(Int32(misunderstanding)) }
    board.answer(data)
    // Not exit: what a plugin left to run at the end is not this test's business.
    _exit(0)
  }

  /// Runs a test in this process.
  static func run(_ test: TestCase, _ board: Board) -> TestResult {
    guard let check = Checks.named(test.check) else {
      var result = TestResult(test, .fail)
      result.message = "there is no check '\(test.check)'."
      return result
    }
    let start = ProcessInfo.processInfo.systemUptime
    let run = Test(check, test, PluginUnderTest(path: test.path), board)
    do {
      try check.run(run)
    } catch let trouble as Trouble {
      run.fail(trouble.message)
    } catch {
      run.fail("\(error)")
    }
    var result = run.result
    result.seconds = ProcessInfo.processInfo.systemUptime - start
    return result
  }

  static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }()

  static let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }()
}

/// The hidden commands of the program: a child that is to run one of them does so and never returns.
public enum HiddenCommands {
  /// Runs a hidden command and exits, or returns if there is none.
  public static func serve(_ arguments: [String]) {
    switch arguments.first {
    case Worker.word: Worker.serve(Array(arguments.dropFirst()))
    case Census.word: Census.serve(Array(arguments.dropFirst()))
    default: return
    }
  }
}
