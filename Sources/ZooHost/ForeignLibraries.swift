import CSystem

#if !ACTZOO_ONE_MODULE
  public import CActZoo
  public import Formula
#else
  import CActZoo
#endif

/// The foreign functions of one activation: found when it is first bound, and never unloaded (rule H1).
final class ForeignLibraries: @unchecked Sendable {
  private let name: String
  private let path: String
  private let functions: [ForeignFunction]
  private var state = State.waiting

  private enum State {
    case waiting
    case loaded([ForeignKernel])
    case failed(ZooError)
  }

  /// Nil where there is nothing to load: a library of kernels has its own forward.
  ///
  /// Not a failable initializer: Embedded Swift leaks the object that such a one gives up.
  static func of(_ descriptor: ActivationDescriptor, path: String, isText: Bool)
    -> ForeignLibraries?
  {
    guard isText, !descriptor.foreign.isEmpty else { return nil }
    return ForeignLibraries(descriptor, path: path)
  }

  private init(_ descriptor: ActivationDescriptor, path: String) {
    name = descriptor.name
    self.path = path
    functions = descriptor.foreign
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
        var kernels: [ForeignKernel] = []
        for function in functions { kernels.append(try find(function)) }
        state = .loaded(kernels)
      } catch {
        state = .failed(error)
        throw error
      }
    }
  }

  /// None before `load`.
  var loaded: [ForeignKernel] {
    LoadLock.shared.acquire()
    defer { LoadLock.shared.release() }
    guard case .loaded(let kernels) = state else { return [] }
    return kernels
  }

  /// The function behind a row, if it is one of these.
  func kernel(_ row: Row?) -> ForeignKernel? {
    guard let row else { return nil }
    return loaded.first { $0.row.itself == row.itself }
  }

  private func failure(_ text: String) -> ZooError { .failed("\(path): \(text)") }

  private func find(_ function: ForeignFunction) throws(ZooError) -> ForeignKernel {
    let library = try place(function.library)
    // A constructor that sets flush-to-zero (-ffast-math) must not change the caller's numbers.
    let before = csystem_float_control()
    defer { csystem_set_float_control(before) }
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
      throw failure(
        "the foreign library of \(name) cannot be loaded: \(reason); correct its name or install it"
      )
    }
    guard let entry = dlsym(handle, function.symbol) else {
      throw failure(
        "\(function.library) has no function '\(function.symbol)'\(suggestion(function, handle))")
    }
    guard csystem_is_code(entry) != 0 else {
      throw failure("'\(function.symbol)' of \(function.library) is a variable, not a function")
    }
    guard let kernel = ForeignKernel.of(function, entry: entry) else {
      throw failure("libffi cannot call \(function.text) on this machine")
    }
    return kernel
  }

  /// What the loader is asked for: a bare name as it is, a path that begins with a point from the text's
  /// own folder, wherever the process was started.
  ///
  /// In a program with others' rights (rule H2) a bare name is searched by the loader in the system's
  /// folders alone, and a path must be absolute and lead to a file and a folder that only root can
  /// change.
  private func place(_ library: String) throws(ZooError) -> String {
    let slash = UInt8(ascii: "/")
    guard library.utf8.contains(slash) else { return library }
    var asked = library
    if library.utf8.first != slash {
      if Environment.isSecure {
        throw failure(
          "the foreign library \(library) is a relative path, which a setuid program does not load (rule H2)"
        )
      }
      guard let folder = realFolder(path) else {
        throw failure("the foreign library \(library) is relative to a folder that is gone")
      }
      asked = folder + "/" + library
    }
    guard let resolved = realpath(asked, nil) else {
      let reason = String(cString: strerror(csystem_errno()))
      throw failure(
        "the foreign library of \(name) cannot be loaded: \(asked): \(reason); correct its path")
    }
    defer { free(resolved) }
    let real = String(cString: resolved)
    try checkTrust(real)
    return real
  }

  /// Who else could write it: rule H6, as for plugins.
  private func checkTrust(_ real: String) throws(ZooError) {
    var file = stat()
    var parent = stat()
    guard let folder = realFolder(real), stat(real, &file) == 0, stat(folder, &parent) == 0 else {
      throw failure("the foreign library \(real) changed while it was looked at; try again")
    }
    guard file.st_mode & fileKindBits == regularFile else {
      throw failure("the foreign library \(real) is not a regular file (rule H7)")
    }
    if case .refused(let text) = Trust.file(file, isSystem: Environment.isSecure) {
      throw failure("the foreign library \(real) \(text) (rule H6)")
    }
    let around =
      Environment.isSecure ? Trust.folder(parent, isSystem: true) : Trust.parent(parent)
    if case .refused(let text) = around {
      throw failure("the foreign library \(real) \(text) (rule H6)")
    }
  }

  /// "; did you mean 'tanhf'?", or what to do.
  private func suggestion(
    _ function: ForeignFunction, _ handle: UnsafeMutableRawPointer
  ) -> String {
    var table = csystem_symbol_table(handle)
    var best = ""
    var bestDistance = max(2, function.symbol.utf8.count / 3) + 1
    for index in 0..<table.count {
      guard let text = csystem_function_name(&table, index) else { continue }
      let candidate = String(cString: text)
      let distance = editDistance(function.symbol, candidate)
      if distance < bestDistance { (best, bestDistance) = (candidate, distance) }
    }
    return best.isEmpty
      ? "; nm -D shows what a library has" : "; did you mean '\(best)'?"
  }
}

/// The foreign functions of an activation as a plugin's table would have them, for who judges kernels.
///
/// What is handed out lives until the process ends. The functions are loaded into this process.
public func foreignRows(
  _ descriptor: ActivationDescriptor, path: String
) throws(ZooError) -> [UnsafePointer<actzoo_kernels>] {
  guard let libraries = ForeignLibraries.of(descriptor, path: path, isText: true) else { return [] }
  try libraries.load()
  var records: [UnsafePointer<actzoo_kernels>] = []
  for kernel in libraries.loaded {
    let row = Unmanaged.passRetained(kernel).takeUnretainedValue().row
    var record = actzoo_kernels()
    record.size = UInt32(MemoryLayout<actzoo_kernels>.size)
    record.dtype = row.dtype
    record.device_type = 1
    record.flags = row.flags
    record.activation = UnsafePointer(strdup(descriptor.id))
    record.`self` = row.itself
    record.forward = row.forward
    let kept = UnsafeMutablePointer<actzoo_kernels>.allocate(capacity: 1)
    kept.initialize(to: record)
    records.append(UnsafePointer(kept))
  }
  return records
}
