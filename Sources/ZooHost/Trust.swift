import CSystem

/// Who else could write it, asked before anything is loaded: rule H6.
enum Trust {
  case trusted
  case warned(String)
  case refused(String)

  /// A folder that is searched: what is in it is loaded, so nobody else may put files there.
  static func folder(_ status: stat, isSystem: Bool) -> Trust {
    if status.st_mode & 0o002 != 0 {
      return .refused("can be written by everybody; run chmod o-w on the folder")
    }
    return owner(status, isSystem: isSystem)
  }

  /// The folder of a file that was named itself.
  ///
  /// A sticky one (such as /tmp) protects files from everybody but their owners.
  static func parent(_ status: stat) -> Trust {
    if status.st_mode & 0o002 != 0 && status.st_mode & 0o1000 == 0 {
      return .refused("is in a folder that everybody can write; run chmod o-w on the folder")
    }
    return .trusted
  }

  /// A plugin file.
  static func file(_ status: stat, isSystem: Bool) -> Trust {
    if status.st_mode & 0o002 != 0 {
      return .refused("can be written by everybody; run chmod o-w on it")
    }
    return owner(status, isSystem: isSystem)
  }

  private static func owner(_ status: stat, isSystem: Bool) -> Trust {
    if isSystem {
      if status.st_uid != 0 { return .refused("does not belong to root; run chown root on it") }
      if status.st_mode & 0o020 != 0 {
        return .refused("can be written by its group; run chmod g-w on it")
      }
      return .trusted
    }
    if status.st_uid != 0 && status.st_uid != geteuid() {
      return .warned("belongs to another user, who can change it at any time")
    }
    if status.st_mode & 0o020 != 0 && status.st_gid != 0 {
      return .warned("can be written by its group; run chmod g-w on it")
    }
    return .trusted
  }
}
