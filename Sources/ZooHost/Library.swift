import CActZoo
import CSystem

/// A plugin library: loaded when first needed, checked, and never unloaded (rule H1).
final class Library: @unchecked Sendable {
  let path: String
  private let identity: FileIdentity
  private let ids: [String]
  private var state = State.waiting

  private enum State {
    case waiting
    case loaded([String: [Row]], UnsafePointer<actzoo_plugin>)
    case failed(ZooError)
  }

  init(_ candidate: Candidate) {
    path = candidate.path
    identity = candidate.identity
    ids = candidate.descriptor.activations.map { $0.id }
  }

  /// Loads once; a failure is final.
  func load() throws(ZooError) {
    LoadLock.shared.acquire()
    defer { LoadLock.shared.release() }
    switch state {
    case .loaded: return
    case .failed(let error): throw error
    case .waiting:
      do throws(ZooError) {
        let plugin = try open()
        state = .loaded(try readTable(plugin), plugin)
      } catch {
        state = .failed(error)
        throw error
      }
    }
  }

  /// The rows for one activation; none if the library is not loaded.
  func loadedRows(_ id: String) -> [Row] {
    LoadLock.shared.acquire()
    defer { LoadLock.shared.release() }
    guard case .loaded(let rows, _) = state else { return [] }
    return rows[id] ?? []
  }

  /// The table that the plugin has under a name; nil if it is not loaded or has none.
  func loadedExtension(_ id: String) -> UnsafeRawPointer? {
    LoadLock.shared.acquire()
    defer { LoadLock.shared.release() }
    // 32 bytes are what 1.0 has, `extension` the last of it; sizeof grows with later headers.
    guard case .loaded(_, let plugin) = state,
      plugin.pointee.size >= 32,
      let extensions = plugin.pointee.extension
    else { return nil }
    return id.withCString { extensions($0) }
  }

  private func failure(_ rule: String, _ text: String) -> ZooError {
    ZooError.failed("\(path): \(text)" + (rule.isEmpty ? "" : " (rule \(rule))"))
  }

  /// The entry's answer.
  ///
  /// What is loaded is the very file that was checked.
  private func open() throws(ZooError) -> UnsafePointer<actzoo_plugin> {
    let file: OpenFile
    do throws(OpenFile.Refusal) { file = try OpenFile.at(path) } catch {
      throw failure(error.rule, error.text)
    }
    guard file.identity == identity else {
      throw failure("H7", "changed after it was checked; open the zoo again")
    }
    let before = csystem_float_control()
    defer { csystem_set_float_control(before) }
    let flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE
    // The descriptor must stay open until the loader is done with it.
    let opened = withExtendedLifetime(file) { dlopen(file.pathForLoading, flags) }
    guard let handle = opened else {
      let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
      throw failure("", "cannot be loaded: \(reason)")
    }
    guard let symbol = dlsym(handle, "actzoo_plugin_v1") else {
      throw failure("P1", "does not export actzoo_plugin_v1")
    }
    let entry = unsafeBitCast(symbol, to: Entry.self)
    let answer = entry(HostRecord.shared.pointer)
    guard (csystem_float_control() ^ before) & csystem_float_mode_bits() == 0 else {
      throw failure(
        "P5",
        "changed the floating-point control word when it was loaded; build it without -ffast-math")
    }
    guard let answer else {
      throw failure("", "says that it cannot run here (its entry returned NULL)")
    }
    return answer
  }

  private typealias Entry =
    @convention(c) (UnsafePointer<actzoo_host>?) -> UnsafePointer<actzoo_plugin>?

  /// Copies the table, each field only if the plugin knew it (rule P3).
  private func readTable(
    _ plugin: UnsafePointer<actzoo_plugin>
  ) throws(ZooError) -> [String: [Row]] {
    let size = Int(plugin.pointee.size)
    guard size >= 24 else {
      throw failure("P3", "has an actzoo_plugin of size \(size); set size to sizeof(actzoo_plugin)")
    }
    guard plugin.pointee.needs_minor <= ACTZOO_MINOR else {
      throw failure(
        "P4",
        "needs contract 1.\(plugin.pointee.needs_minor), this host speaks 1.\(ACTZOO_MINOR); update it"
      )
    }
    let count = plugin.pointee.kernels_count
    guard count <= 65_536 else {
      throw failure("P13", "claims \(count) kernels; the table is damaged")
    }
    guard count == 0 || plugin.pointee.kernels != nil else {
      throw failure("P13", "has a kernel table that is NULL; set kernels or kernels_count = 0")
    }
    var rows: [String: [Row]] = [:]
    for index in 0..<Int(count) {
      guard let row = plugin.pointee.kernels[index] else {
        throw failure("P13", "has NULL in row \(index) of its kernel table")
      }
      let (id, read) = try readRow(row, index)
      if let read { rows[id, default: []].append(read) }
    }
    return rows
  }

  /// A row, or nil if it is for another device than the CPU.
  private func readRow(
    _ row: UnsafePointer<actzoo_kernels>, _ index: Int
  ) throws(ZooError) -> (id: String, row: Row?) {
    let size = Int(row.pointee.size)
    guard size >= 40 else {
      throw failure("P3", "has a kernel row of size \(size); set size to sizeof(actzoo_kernels)")
    }
    guard let name = row.pointee.activation, strnlen(name, 1024) < 1024 else {
      throw failure("P13", "does not say which activation row \(index) of its kernel table is for")
    }
    let id = String(cString: name)
    guard ids.contains(id) else {
      throw failure("P13", "has kernels for '\(id)', which its text does not describe")
    }
    guard let forward = row.pointee.forward else {
      throw failure("P13", "has no forward kernel in row \(index), for \(id)")
    }
    guard row.pointee.device_type == 1 else { return (id, nil) }
    return (
      id,
      Row(
        dtype: row.pointee.dtype, flags: row.pointee.flags, itself: row.pointee.`self`,
        forward: forward, backward: size >= 48 ? row.pointee.backward : nil,
        fused: size >= 56 ? row.pointee.fused : nil)
    )
  }
}

/// What plugins are told about the host; lives until the process exits.
private final class HostRecord: @unchecked Sendable {
  static let shared = HostRecord()
  let pointer: UnsafePointer<actzoo_host>

  private init() {
    let record = UnsafeMutablePointer<actzoo_host>.allocate(capacity: 1)
    record.initialize(
      to: actzoo_host(
        size: UInt32(MemoryLayout<actzoo_host>.size), minor: ACTZOO_MINOR,
        name: UnsafePointer(strdup("Activation Zoo")), extension: { _ in nil }))
    pointer = UnsafePointer(record)
  }
}

/// One library is loaded at a time, and none while the process forks.
final class LoadLock: @unchecked Sendable {
  static let shared = LoadLock()
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_atfork(
      { LoadLock.shared.acquire() }, { LoadLock.shared.release() },
      { pthread_mutex_init(LoadLock.shared.mutex, nil) })
  }

  func acquire() { pthread_mutex_lock(mutex) }
  func release() { pthread_mutex_unlock(mutex) }
}
