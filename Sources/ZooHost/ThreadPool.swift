import CSystem
import Synchronization

/// The host's own threads: made when first needed, asleep when not, forgotten after a fork.
///
/// Work is handed out by counting: whoever is free takes the next index, the caller included, and the
/// caller never waits for an index that nobody has begun.
public final class ThreadPool: @unchecked Sendable {
  /// The process's pool.
  public static let shared = ThreadPool()

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [Job] = []
  private var workers = 0
  private let wanted = Atomic<Int>(0)

  private init() {
    initializeLocks()
    // A forked child has none of the threads and may have inherited the lock in any state, so the lock
    // is held across the fork and the child starts with a fresh, empty pool.
    pthread_atfork(
      { pthread_mutex_lock(ThreadPool.shared.lock) },
      { pthread_mutex_unlock(ThreadPool.shared.lock) },
      {
        let pool = ThreadPool.shared
        pool.initializeLocks()
        pool.workers = 0
        pool.jobs = []
      })
  }

  private func initializeLocks() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  /// How many threads work at once, with the caller's.
  ///
  /// Set to 0: as many as the process has processors, or ACTZOO_THREADS. Results never depend on it.
  public var threads: Int {
    get {
      let set = wanted.load(ordering: .relaxed)
      if set > 0 { return set }
      let found = ThreadPool.defaultThreads()
      wanted.store(found, ordering: .relaxed)
      return found
    }
    set { wanted.store(min(max(newValue, 0), ThreadPool.limit), ordering: .relaxed) }
  }

  /// More threads than any machine has processors only waste memory.
  private static let limit = 1024

  private static func defaultThreads() -> Int {
    if let text = Environment(isHeard: true)["ACTZOO_THREADS"], let count = Int(text), count > 0 {
      return min(count, limit)
    }
    return min(Int(csystem_processors()), limit)
  }

  /// Runs `body(0)` to `body(count - 1)`, each once, in any order, on up to `threads` threads, and
  /// returns after the last.
  ///
  /// [concurrent]; `body` may itself call `run`.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    let helpers = min(threads, count) - 1
    guard helpers > 0 else {
      for index in 0..<max(count, 0) { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        let job = Job(count: count, helpers: helpers, body: body)
        submit(job, helpers: helpers)
        job.work()
        withdraw(job)
        job.waitForStarted()
      }
    }
  }

  private func submit(_ job: Job, helpers: Int) {
    pthread_mutex_lock(lock)
    jobs.append(job)
    while workers < helpers, startWorker() { workers += 1 }
    if helpers == 1 { pthread_cond_signal(wake) } else { pthread_cond_broadcast(wake) }
    pthread_mutex_unlock(lock)
  }

  private func withdraw(_ job: Job) {
    pthread_mutex_lock(lock)
    jobs.removeAll { $0 === job }
    pthread_mutex_unlock(lock)
  }

  /// False if the system gives no thread: the caller then does more of the work itself.
  private func startWorker() -> Bool {
    var saved = sigset_t()
    csystem_block_signals(&saved)
    defer { csystem_restore_signals(&saved) }
    var thread = pthread_t()
    guard pthread_create(&thread, nil, workerMain, nil) == 0 else { return false }
    pthread_detach(thread)
    return true
  }

  fileprivate func serve() -> Never {
    while true {
      pthread_mutex_lock(lock)
      var found: Job?
      while true {
        found = jobs.first { $0.wantsHelper() }
        if found != nil { break }
        pthread_cond_wait(wake, lock)
      }
      pthread_mutex_unlock(lock)
      found?.work()
    }
  }
}

private func workerMain(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  ThreadPool.shared.serve()
}

/// One piece of parallel work: a counter of indices taken and one of indices finished.
///
/// Helpers keep the job itself alive, but look at `body`, which is on the caller's stack, only between
/// taking an index and reporting it finished; so a helper that comes late touches nothing.
final class Job {
  private let count: Int
  private let body: UnsafePointer<(Int) -> Void>
  private let next = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)
  private let places: Atomic<Int>

  init(count: Int, helpers: Int, body: UnsafePointer<(Int) -> Void>) {
    self.count = count
    self.body = body
    places = Atomic<Int>(helpers)
  }

  /// True if there is work left and a place for one more thread, which the asker then has.
  func wantsHelper() -> Bool {
    guard next.load(ordering: .relaxed) < count else { return false }
    return places.wrappingSubtract(1, ordering: .relaxed).oldValue > 0
  }

  /// Takes indices until none is left.
  func work() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      runBody(index)
      finished.wrappingAdd(1, ordering: .acquiringAndReleasing)
    }
  }

  @inline(never)
  private func runBody(_ index: Int) { body.pointee(index) }

  /// Returns when every index that was taken is finished.
  ///
  /// All indices are taken when it is called, by threads that are running, so a short spin and then
  /// a yield is all the waiting there is.
  func waitForStarted() {
    var turns = 0
    while finished.load(ordering: .acquiring) < count {
      turns += 1
      if turns < 4_000 { csystem_pause() } else { sched_yield() }
    }
  }
}
