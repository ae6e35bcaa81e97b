import CConformance
import CSystem
import Foundation

/// What is known of a child that ended without an answer, in sentences for the plugin's author.
enum Crash {
  static func message(_ child: ChildProcess) -> String {
    var text = ending(child)
    let doing = child.board.doing
    if !doing.isEmpty { text += " It was in: \(doing)." }
    let lines = child.output.split(separator: "\n")
    if let last = lines.last { text += " Its last words: \(last.prefix(200))" }
    return text
  }

  private static func ending(_ child: ChildProcess) -> String {
    switch child.ending {
    case .answered: return ""
    case .exited(let code):
      return "the plugin ended the process (exit code \(code)); a library returns to its caller."
    case .killed(signal: Int(SIGALRM)):
      return "the plugin did not come back within the seconds that this test gives it."
    case .killed(let signal):
      return fault(child.board) ?? "the process was killed by signal \(signal), \(name(signal))."
    case .late: return "the plugin did not come back in time; the process was stopped."
    case .notStarted(let reason): return reason
    }
  }

  private static func name(_ signal: Int) -> String { String(cString: strsignal(Int32(signal))) }

  /// "wrote 4 bytes behind the end of y": from the address of the fault and the operands on the board.
  private static func fault(_ board: Board) -> String? {
    let board = board.pointer
    guard board.pointee.signal != 0 else { return nil }
    let signal = "signal \(board.pointee.signal), \(name(Int(board.pointee.signal)))"
    if board.pointee.signal == SIGILL {
      return "an instruction that this CPU does not have was met (\(signal))."
    }
    let address = board.pointee.address
    let verb = ["read", "wrote", "touched"][min(Int(board.pointee.is_write), 2)]
    let count = min(Int(board.pointee.operands_count), Int(CONFORMANCE_OPERANDS))
    let operands = withUnsafeBytes(of: &board.pointee.operands) {
      Array($0.bindMemory(to: conformance_operand.self).prefix(count))
    }
    for operand in operands
    where address >= operand.reserve_begin && address < operand.reserve_end {
      let name = withUnsafeBytes(of: operand.name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if address >= operand.end {
        let elements = (address - operand.end) / UInt64(operand.element_size)
        return "the kernel \(verb) behind the end of \(name): "
          + (elements == 0
            ? "the first element after its last" : "\(elements) elements after its last")
          + " (\(signal))."
      }
      if address < operand.begin {
        return "the kernel \(verb) before the beginning of \(name), "
          + "\(operand.begin - address) bytes before its first element (\(signal))."
      }
      return operand.is_input == 1 && board.pointee.is_write == 1
        ? "the kernel wrote to \(name), which is an input and mapped read-only (\(signal))."
        : "the kernel \(verb) inside \(name) in a way that the CPU refuses, at an address that is a "
          + "multiple of \(operand.element_size) but not of its vectors' size (\(signal))."
    }
    if address < 65_536 {
      return "a NULL pointer was used: the kernel \(verb) address \(address) (\(signal))."
    }
    return "the plugin \(verb) memory at 0x\(String(address, radix: 16)), which is none of its "
      + "operands (\(signal))."
  }
}
