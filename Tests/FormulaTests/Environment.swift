import CSystem

/// Runs `body` on a thread with a stack of `byteCount` bytes.
func onSmallStack(byteCount: Int, _ body: @escaping () -> String) -> String {
  final class Job {
    let body: () -> String
    var result = ""
    init(_ body: @escaping () -> String) { self.body = body }
  }
  let job = Job(body)
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, byteCount)
  var thread = pthread_t()
  let status = pthread_create(
    &thread, &attributes,
    { raw in
      let job = Unmanaged<Job>.fromOpaque(raw!).takeUnretainedValue()
      job.result = job.body()
      return nil
    }, Unmanaged.passUnretained(job).toOpaque())
  guard status == 0 else { return "no thread: \(status)" }
  pthread_join(thread, nil)
  return withExtendedLifetime(job) { job.result }
}

/// Seconds of this thread's processor time that `body` takes; a busy machine does not make it longer.
func processorTime(_ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
  let start = now()
  body()
  return now() - start
}

struct LocaleMissing: Error {}

/// Runs `body` while this thread's decimal point is a comma.
///
/// The locale is made by localedef (part of Debian's libc-bin) from four lines, because a minimal system
/// has none but "C".
func withCommaLocale<T>(_ body: () -> T) throws -> T {
  var folder = Array("/tmp/actzoo-locale-XXXXXX".utf8CString)
  guard mkdtemp(&folder) != nil else { throw LocaleMissing() }
  let path = String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { _ = system("rm -r \(path)") }
  let source = "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n"
  guard let file = fopen("\(path)/comma.source", "w") else { throw LocaleMissing() }
  fputs(source, file)
  fclose(file)
  // It warns that the other categories are missing, and exits with 1 for that.
  _ = system("localedef -c -i \(path)/comma.source \(path)/comma >/dev/null 2>&1")
  setenv("LOCPATH", path, 1)
  defer { unsetenv("LOCPATH") }
  guard let locale = newlocale(1 << Int32(LC_NUMERIC), "comma", nil) else { throw LocaleMissing() }
  let before = uselocale(locale)
  defer {
    uselocale(before)
    freelocale(locale)
  }
  guard strtod("1,5", nil) == 1.5 else { throw LocaleMissing() }
  return body()
}
