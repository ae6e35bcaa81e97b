import CSystem

/// One place where plugins are looked for.
struct SearchPlace {
  /// File or folder.
  let path: String
  /// For people: "named by the caller", "ACTZOO_PATH", ...
  let why: String
  /// The place was named by somebody, so that its absence is worth a report.
  let isNamed: Bool
  /// The place belongs to the system: owner root, nobody else may write.
  let isSystem: Bool
}

/// The search order (rule H4): the caller's paths, ACTZOO_PATH (or ACTZOO_PATH_ONLY instead of all that
/// follows), the user's folder, beside this library or program, the system's.
func searchPlaces(_ options: ZooOptions, _ environment: Environment) -> [SearchPlace] {
  var places: [SearchPlace] = []
  func add(_ path: String, _ why: String, named: Bool = false, system: Bool = false) {
    places.append(SearchPlace(path: path, why: why, isNamed: named, isSystem: system))
  }
  for path in options.paths { add(path, "named by the caller", named: true) }
  if options.onlyPaths { return places }
  if environment["ACTZOO_PATH_ONLY"] != nil {
    for path in environment.list("ACTZOO_PATH_ONLY", separator: UInt8(ascii: ":")) {
      add(path, "ACTZOO_PATH_ONLY", named: true)
    }
    return places
  }
  for path in environment.list("ACTZOO_PATH", separator: UInt8(ascii: ":")) {
    add(path, "ACTZOO_PATH", named: true)
  }
  if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
    add(data + "/actzoo/plugins", "the user's folder (XDG_DATA_HOME)")
  } else if let home = environment["HOME"], home.hasPrefix("/") {
    add(home + "/.local/share/actzoo/plugins", "the user's folder")
  }
  if let folder = ownFolder() {
    add(folder + "/actzoo", "beside this library or program")
    add(folder + "/../lib/actzoo", "beside this library or program")
  }
  add("/usr/local/lib/actzoo", "the system's folder", system: true)
  add("/usr/lib/actzoo", "the system's folder", system: true)
  return places
}

/// The folder of the library or program that this code is linked into, links resolved.
private func ownFolder() -> String? {
  var info = csystem_dl_info()
  let here: @convention(c) (UnsafeMutableRawPointer?) -> Void = { _ in }
  guard csystem_dladdr(unsafeBitCast(here, to: UnsafeRawPointer.self), &info) != 0,
    let name = info.dli_fname
  else { return nil }
  // glibc gives a program's argv[0] for the program itself, and that may be anything: ask the kernel.
  let headers = getauxval(UInt(AT_PHDR))
  let base = UInt(bitPattern: info.dli_fbase)
  let isProgram = headers >= base && headers - base < 4096
  return realFolder(isProgram ? "/proc/self/exe" : String(cString: name))
}

/// The folder that holds the file at `path` once links are resolved.
func realFolder(_ path: String) -> String? {
  guard let real = realpath(path, nil) else { return nil }
  defer { free(real) }
  guard let slash = strrchr(real, 0x2f) else { return nil }
  if slash == real { return "/" }
  slash.pointee = 0
  return String(cString: real)
}
