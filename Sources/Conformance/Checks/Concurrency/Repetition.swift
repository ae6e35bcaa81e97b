import CConformance
import CSystem
import Foundation

extension Checks {
  static func determinism(_ test: Test) throws {
    let kernel = try test.kernel
    var random = test.random(2)
    let setting = Setting.initial(kernel.activation)
    // Often with few elements, and a few times with parameters of their own.
    let extents = [[1, 1, 1, 40], [1, 2, 3, 17]]
    for trial in test.trials(extents.count) {
      var inputs = BoxInputs.random(kernel, extents[trial], setting, &random)
      if trial == 1 { inputs.spreadParameters([false, true, false, false]) }
      for pass in kernel.passes {
        var call = BoxCall(inputs, pass)
        let first = call.run(kernel, test.board)
        test.expectOK(first, call, trial)
        var blocks: [UnsafeMutableRawPointer] = []
        for round in 2...(trial == 0 ? 100 : 10) {
          // Other neighbours on the heap, other pages and other offsets within a cache line.
          blocks.append(.allocate(byteCount: 16 << (round % 12), alignment: 16))
          call.placement = { _ in .loose(offset: round) }
          let again = call.run(kernel, test.board)
          test.expectSame(
            again, first, call, trial, "call \(round) with the same inputs",
            dparameters: 0x1p-40)
          if test.isDecided { break }
        }
        for block in blocks { block.deallocate() }
      }
      if test.isDecided { return }
    }
  }

  static func afterFork(_ test: Test) throws {
    let kernel = try test.kernel
    var random = test.random(3)
    let inputs = BoxInputs.random(
      kernel, [1, 2, 3, 50], .initial(kernel.activation), &random)
    let calls = kernel.passes.map { BoxCall(inputs, $0) }
    let expected = calls.map { $0.run(kernel, test.board) }
    for (call, result) in zip(calls, expected) { test.expectOK(result, call, 0) }
    if test.isDecided { return }
    let child = conformance_fork()
    if child == 0 {
      // The exit code says which pass differs. No exit handlers: they are the parent's.
      alarm(10)
      let board = Board()
      for (index, call) in calls.enumerated() {
        let result = call.run(kernel, board)
        if !result.isOK || !result.isSame(as: expected[index], kernel.type) {
          _exit(Int32(index + 1))
        }
      }
      _exit(0)
    }
    guard child > 0 else { return test.skip("this process cannot fork.") }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1 && csystem_errno() == EINTR {}
    let (signal, code) = (status & 0x7f, Int(status >> 8 & 0xff))
    if signal == SIGALRM {
      test.fail("a call in a child of fork did not come back within 10 s.")
    } else if signal != 0 {
      test.fail("a call in a child of fork crashed: \(String(cString: strsignal(signal))).")
    } else if code > 0 && code <= calls.count {
      let call = calls[code - 1]
      test.fail(
        "\(call.text): a child of fork gets other bits than its parent for the same inputs.",
        test.witness(call, 0, nil))
    } else if code != 0 {
      test.fail("a call ended the child of fork (exit code \(code)).")
    }
  }
}

extension BoxOutputs {
  /// Same bits, and sums that are the same but for their order.
  func isSame(as other: BoxOutputs, _ type: ElementType) -> Bool {
    let bits = [(y, other.y), (dx, other.dx), (dg, other.dg)]
    return bits.allSatisfy { a, b in a.count == b.count && zip(a, b).allSatisfy(type.isSame) }
      && zip(dparameters, other.dparameters).allSatisfy { a, b in
        let size = b.reduce(1) { max($0, $1.magnitude) }
        return zip(a, b).allSatisfy {
          $0 == $1 || $0.isNaN && $1.isNaN || ($0 - $1).magnitude <= 0x1p-40 * size
        }
      }
  }
}
