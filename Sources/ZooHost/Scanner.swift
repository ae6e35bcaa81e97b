import CSystem

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// Walks the search places in order and decides which file serves which activation (rule H4).
///
/// Runs no plugin code.
struct Scanner {
  private let disabled: NamePatterns
  private let cap: Level
  private(set) var reports: [Report] = []
  private(set) var activations: [Activation] = []
  let evaluator = BlockEvaluator()
  private var ownerOf: [String: (path: String, formula: Expression)] = [:]
  private var seenFiles: [FileKey: String] = [:]
  private var seenFolders = Set<FileKey>()

  /// One file or folder under any name.
  private struct FileKey: Hashable {
    let device: UInt64
    let inode: UInt64
    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  init(_ environment: Environment) {
    disabled = NamePatterns(
      patterns: environment.list("ACTZOO_DISABLE", separator: UInt8(ascii: ",")))
    var cap = Level.ofMachine
    if let wanted = environment["ACTZOO_ISA"] {
      if let level = Level(wanted) {
        if level.rank < cap.rank { cap = level }
      } else {
        reports.append(
          Report(
            kind: .warning, path: "ACTZOO_ISA", rule: "P14",
            text:
              "'\(wanted)' is not a level of this machine; use one of \(joined(Level.names, ", "))")
        )
      }
    }
    self.cap = cap
  }

  private mutating func report(_ kind: Report.Kind, _ path: String, _ rule: String, _ text: String)
  {
    reports.append(Report(kind: kind, path: path, rule: rule, text: text))
  }

  mutating func scan(_ place: SearchPlace) {
    guard place.path.utf8.contains(UInt8(ascii: "/")) else {
      report(
        .refused, place.path, "H4", "has no slash; write ./\(place.path) if you mean this folder's")
      return
    }
    var status = stat()
    guard stat(place.path, &status) == 0 else {
      // A link that leads nowhere is there, and somebody should hear of it.
      var link = stat()
      if place.isNamed || (lstat(place.path, &link) == 0 && csystem_errno() != ENOENT) {
        let reason = String(cString: strerror(csystem_errno()))
        report(.warning, place.path, "H4", "cannot be searched: \(reason); correct the path")
      }
      return
    }
    if status.st_mode & fileKindBits == folderKind {
      scanFolder(place, status)
    } else if place.isNamed {
      scanFile(place)
    }
  }

  private mutating func scanFolder(_ place: SearchPlace, _ status: stat) {
    guard seenFolders.insert(FileKey(status)).inserted else { return }
    switch Trust.folder(status, isSystem: place.isSystem) {
    case .refused(let text): return report(.refused, place.path, "H6", text)
    case .warned(let text): report(.warning, place.path, "H6", text)
    case .trusted: break
    }
    guard let folder = opendir(place.path) else {
      let reason = String(cString: strerror(csystem_errno()))
      return report(.warning, place.path, "H4", "cannot be searched: \(reason)")
    }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
      if isPluginName(name) { names.append(name) }
    }
    closedir(folder)
    names.sort { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    var found: [Candidate] = []
    let prefix = place.path.hasSuffix("/") ? place.path : place.path + "/"
    for name in names {
      if let one = candidate(prefix + name, name, place, isNamed: false) { found.append(one) }
    }
    choose(found)
  }

  private mutating func scanFile(_ place: SearchPlace) {
    let name = String(
      decoding: place.path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed(),
      as: UTF8.self)
    guard isPluginName(name) else {
      return report(
        .refused, place.path, "H4", "is not named like a plugin; names end in .actzoo.so or .actzoo"
      )
    }
    if let one = candidate(place.path, name, place, isNamed: true) { choose([one]) }
  }

  private func isPluginName(_ name: String) -> Bool {
    !name.hasPrefix(".") && (name.hasSuffix(".actzoo.so") || name.hasSuffix(".actzoo"))
  }

  private mutating func candidate(
    _ path: String, _ name: String, _ place: SearchPlace, isNamed: Bool
  ) -> Candidate? {
    if disabled.matches(name) {
      report(.warning, path, "H4", "is not used: ACTZOO_DISABLE names it")
      return nil
    }
    do throws(OpenFile.Refusal) {
      let file = try OpenFile.at(path)
      guard trust(file, path, place, isNamed: isNamed) else { return nil }
      let key = FileKey(file.status)
      if let earlier = seenFiles[key] {
        report(.shadowed, path, "H4", "is the same file as \(earlier), which is used")
        return nil
      }
      let one = try Candidate(file, path: path, name: name)
      seenFiles[key] = path
      for notice in one.descriptor.notices {
        report(.warning, path, "P13", notice.description)
      }
      return one
    } catch {
      report(.refused, path, error.rule, error.text)
      return nil
    }
  }

  private mutating func trust(
    _ file: OpenFile, _ path: String, _ place: SearchPlace, isNamed: Bool
  ) -> Bool {
    switch Trust.file(file.status, isSystem: place.isSystem) {
    case .refused(let text):
      report(.refused, path, "H6", text)
      return false
    case .warned(let text): report(.warning, path, "H6", text)
    case .trusted: break
    }
    // The folder in which the file really is, which a symbolic link may have led away from.
    var parent = stat()
    if let folder = realFolder("/proc/self/fd/\(file.descriptor)"), stat(folder, &parent) == 0,
      case .refused(let text) = Trust.parent(parent)
    {
      report(.refused, path, "H6", text)
      return false
    }
    return true
  }

  /// Of the variants of each plugin of one folder: the highest level that this machine runs.
  private mutating func choose(_ found: [Candidate]) {
    var ids: [String] = []
    for one in found where !ids.contains(one.descriptor.plugin.id) {
      ids.append(one.descriptor.plugin.id)
    }
    for id in ids {
      let variants = found.filter { $0.descriptor.plugin.id == id }
      var best: Candidate?
      for one in variants where one.rank <= cap.rank {
        if let chosen = best, chosen.rank == one.rank {
          report(
            .shadowed, one.path, "H4",
            "has the same plugin id and level as \(chosen.path), which is used; remove one of them")
        } else if one.rank > (best?.rank ?? -1) {
          best = one
        }
      }
      if let best {
        use(best)
      } else if let lowest = variants.min(by: { $0.rank < $1.rank }) {
        report(
          .refused, lowest.path, "P14",
          "needs \(lowest.level?.name ?? ""), and \(cap.name) is all there is here; build it for \(cap.name)"
        )
      }
    }
  }

  private mutating func use(_ candidate: Candidate) {
    let library = candidate.isText ? nil : Library(candidate)
    if let library, candidate.descriptor.plugin.id == BlockEvaluator.id {
      if evaluator.library == nil {
        evaluator.library = library
      } else {
        report(.shadowed, candidate.path, "H4", "is not used: an evaluator comes earlier")
      }
    }
    for descriptor in candidate.descriptor.activations {
      if disabled.matches(descriptor.name) || disabled.matches(descriptor.id) {
        report(
          .warning, candidate.path, "H4", "\(descriptor.id) is not used: ACTZOO_DISABLE names it")
      } else if let owner = ownerOf[descriptor.id] {
        // Who trained with one formula must not be given the other under the same id.
        let isOther = descriptor.formula != owner.formula
        report(
          .shadowed, candidate.path, "H4",
          "\(descriptor.id) is not used: \(owner.path) comes earlier"
            + (isOther ? ", with another formula; give the changed one a new revision" : ""))
      } else {
        ownerOf[descriptor.id] = (candidate.path, descriptor.formula)
        if library != nil, !descriptor.foreign.isEmpty {
          report(
            .warning, candidate.path, "P13",
            "\(descriptor.id) names a foreign function, which a library of kernels does not use")
        }
        activations.append(
          Activation(
            descriptor: descriptor, plugin: candidate.descriptor.plugin, text: candidate.text,
            path: candidate.path, isa: candidate.level?.name ?? "", library: library,
            evaluator: evaluator))
      }
    }
  }
}
