import Foundation

/// Runs `body` on `count` threads that start it at the same moment, and waits for all of them.
///
/// Not more than one of the library's pools: every thread is new, and there are as many as asked for.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let gate = NSCondition()
  nonisolated(unsafe) var (waiting, finished) = (0, 0)
  let threads = (0..<count).map { index in
    let thread = Thread {
      gate.lock()
      waiting += 1
      gate.broadcast()
      while waiting < count { gate.wait() }
      gate.unlock()
      body(index)
      gate.lock()
      finished += 1
      gate.broadcast()
      gate.unlock()
    }
    thread.stackSize = 8 << 20
    return thread
  }
  for thread in threads { thread.start() }
  gate.lock()
  while finished < count { gate.wait() }
  gate.unlock()
}
