import Foundation
import Training

/// The plugins' README files as HTML: what of Markdown they use, which is headings, tables, paragraphs,
/// code and bold words.
struct DataSheets {
  /// One file.
  struct Sheet {
    /// The name of its folder.
    let folder: String
    /// Its heading.
    let title: String
    /// What follows the heading.
    let body: String
    fileprivate let text: String
  }

  let sheets: [Sheet]

  /// Those that `make` lays out beside the command; none where it did not.
  static var installed: DataSheets {
    DataSheets((try? Toolchain())?.share.appendingPathComponent("sheets"))
  }

  /// The sheets of every plugin in a folder; none where there is no such folder.
  private init(_ folder: URL?) {
    let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) }
    sheets = (names ?? []).sorted().compactMap { name in
      guard let file = folder?.appendingPathComponent("\(name)/README.md"),
        let text = try? String(contentsOf: file, encoding: .utf8)
      else { return nil }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      guard let first = lines.first, first.hasPrefix("# ") else { return nil }
      return Sheet(
        folder: name, title: String(first.dropFirst(2)), body: Self.html(lines.dropFirst()),
        text: text)
    }
  }

  /// The sheet that speaks of an activation by its id.
  func sheet(for id: String) -> Sheet? { sheets.first { $0.text.contains("`\(id)`") } }

  private static func html(_ lines: ArraySlice<Substring>) -> String {
    var html = ""
    var paragraph: [Substring] = []
    var rows: [Substring] = []
    func flush() {
      if !rows.isEmpty { html += table(rows) }
      if !paragraph.isEmpty { html += "<p>\(inline(paragraph.joined(separator: " ")))</p>\n" }
      (paragraph, rows) = ([], [])
    }
    for line in lines {
      if line.hasPrefix("|") {
        if !paragraph.isEmpty { flush() }
        rows.append(line)
      } else if line.isEmpty {
        flush()
      } else if line.hasPrefix("#") {
        flush()
        html += "<h3>\(inline(line.drop { $0 == "#" || $0 == " " }))</h3>\n"
      } else {
        if !rows.isEmpty { flush() }
        paragraph.append(line)
      }
    }
    flush()
    return html
  }

  private static func table(_ rows: [Substring]) -> String {
    var html = "<div class=\"wide\"><table>"
    for (index, row) in rows.enumerated() where index != 1 {
      let cells = row.dropFirst().split(separator: "|", omittingEmptySubsequences: false)
        .dropLast().map { inline($0.trimmingCharacters(in: .whitespaces)) }
      // A table of names and values has no heading: its first row is empty.
      guard index > 0 || cells.contains(where: { !$0.isEmpty }) else { continue }
      html += "<tr>"
      for (column, cell) in cells.enumerated() {
        let tag = index == 0 ? "th" : column == 0 ? "th scope=\"row\"" : "td"
        html += "<\(tag)>\(cell)</\(tag.prefix(2))>"
      }
      html += "</tr>\n"
    }
    return html + "</table></div>\n"
  }

  /// Code between backquotes, bold between pairs of asterisks.
  private static func inline(_ text: some StringProtocol) -> String {
    var html = ""
    for (index, part) in text.components(separatedBy: "`").enumerated() {
      guard index % 2 == 0 else {
        html += "<code>\(part.escapedForXML)</code>"
        continue
      }
      for (index, part) in part.components(separatedBy: "**").enumerated() {
        html += index % 2 == 0 ? part.escapedForXML : "<b>\(part.escapedForXML)</b>"
      }
    }
    return html
  }
}
