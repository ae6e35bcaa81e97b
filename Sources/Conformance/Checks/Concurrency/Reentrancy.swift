import CActZoo
import CConformance
import Foundation

extension Checks {
  static func reentrancy(_ test: Test) throws {
    let outerKernel = try test.kernel
    // The next kernel of the library, which may be the same one.
    let all = try test.plugin.load()
    let own = all.firstIndex { $0.row == outerKernel.row } ?? 0
    var random = test.random(4)
    let partners = all.count > 1 ? [own, (own + 1) % all.count] : [own]
    for trial in test.trials(partners.count) {
      let innerKernel = all[partners[trial]]
      let inputs = [outerKernel, innerKernel].map {
        BoxInputs.random($0, [1, 1, 1, 37], .initial($0.activation), &random)
      }
      for pass in outerKernel.passes {
        let inner = BoxCall(inputs[1], innerKernel.passes.contains(pass) ? pass : .forward)
        let outer = BoxCall(inputs[0], pass)
        try interrupt((outer, outerKernel), (inner, innerKernel), test, trial)
      }
    }
  }

  private static func interrupt(
    _ outer: (call: BoxCall, kernel: Kernel), _ inner: (call: BoxCall, kernel: Kernel),
    _ test: Test, _ trial: Int
  ) throws {
    let alone = outer.call.run(outer.kernel, test.board)
    test.expectOK(alone, outer.call, trial)
    // Sums would grow with every interruption.
    var innerCall = inner.call
    innerCall.wants = { !$0.isParameter }
    let innerAlone = innerCall.run(inner.kernel, test.board)
    guard alone.isOK, innerAlone.isOK else { return }

    let name = "\(inner.kernel.name) \(inner.call.pass.rawValue)"
    var interruptions = conformance_interruptions()
    var outerCall = outer.call
    var result = BoxOutputs()
    innerCall.invoke = { innermost in
      // Both calls have their operands now: nothing is left to allocate in the handler.
      _ = innermost()
      outerCall.invoke = { invocation in
        test.doing("\(outer.call.text), interrupted by calls of \(name) on the same thread")
        interruptions = reenter(invocation, innermost, inner.kernel.type, test.tier)
        return interruptions.status
      }
      result = outerCall.run(outer.kernel, test.board)
      return ACTZOO_OK
    }
    let innerResult = innerCall.run(inner.kernel, test.board)
    if interruptions.calls == 0 { return test.note("no call could be interrupted here") }
    test.expectOK(result, outer.call, trial)
    test.expectSame(
      result, alone, outer.call, trial,
      "interrupted \(interruptions.calls) times by calls of \(name)", dparameters: 0x1p-40)
    if interruptions.wrong > 0 || !innerResult.isSame(as: innerAlone, inner.kernel.type) {
      test.fail(
        "\(inner.call.text) of \(inner.kernel.name): while a call of \(outer.kernel.name) "
          + "\(outer.call.pass.rawValue) stood still on the same thread, it gave other bits than alone "
          + "(\(interruptions.wrong) of \(interruptions.calls) times).",
        test.witness(inner.call, trial, nil))
    }
  }

  /// The outer call with the inner one inside it, every few instructions.
  private static func reenter(
    _ outer: Invocation, _ inner: Invocation, _ type: ElementType, _ tier: Tier
  )
    -> conformance_interruptions
  {
    let call = inner.call.pointee
    let elements = call.extent.0 * call.extent.1 * call.extent.2 * call.extent.3
    // In backward y is an input, which does not change either.
    let places = [call.y.data, call.dx.0.data, call.dx.1.data].compactMap { $0 }
    let bytes = Int(elements) * type.size
    let copies = places.map { place in
      let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
      copy.copyMemory(from: place, byteCount: bytes)
      return copy
    }
    defer { copies.forEach { $0.deallocate() } }
    let outputs = zip(places, copies).map {
      conformance_output(data: $0, expected: $1, bytes: bytes)
    }
    // Odd, so that over several rounds of a loop every instruction of it is met. One interruption takes
    // microseconds.
    let (stride, most): (UInt64, UInt64) = tier == .quick ? (17, 60) : (5, 2000)
    // A library that holds a lock now never comes back.
    alarm(5)
    defer { alarm(0) }
    return conformance_reenter(job(outer), job(inner), outputs, outputs.count, stride, most)
  }

  private static func job(_ invocation: Invocation) -> conformance_job {
    typealias Kernel = @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    return conformance_job(
      kernel: unsafeBitCast(invocation.function, to: Kernel.self), self: invocation.itself,
      call: UnsafeRawPointer(invocation.call))
  }
}
