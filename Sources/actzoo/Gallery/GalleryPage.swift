import Foundation
import Training

/// The gallery: one document that needs nothing but a browser.
///
/// It is well-formed XML too, so that any parser can check it.
struct GalleryPage {
  let entries: [GalleryEntry]
  let sheets: [DataSheets.Sheet]
  /// How speeds were measured; nil if they were not.
  let measured: String?

  var document: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>Activation Zoo</title>
    <style>\(GalleryAssets.style)</style>
    </head>
    <body>
    <a class="skip" href="#page:cards">To the functions</a>
    <header class="head"><h1>Activation Zoo</h1>
    <p>\(lead)</p></header>
    \(bar)
    <main>
    <ul class="cards" id="page:cards">
    \(entries.map(\.card).joined())</ul>
    <p class="none" hidden="">No function is like that. <button type="button">Show all</button></p>
    </main>
    <footer>\(foot)</footer>
    \(dialogs)\(dataSheets)<script>/*<![CDATA[*/\(GalleryAssets.script)/*]]>*/</script>
    </body>
    </html>

    """
  }

  private var lead: String {
    """
    Every picture has the same axes, x from −4 to 4 and y from −2 to 4, so that shapes compare: \
    <span class="key value">value</span> and <span class="key slope">derivative</span>. \
    Open one for its formula, parameters, accuracy\(measured == nil ? "" : ", speed") and source.
    """
  }

  private var bar: String {
    let families = Dictionary(grouping: entries, by: \.family).sorted { $0.key < $1.key }
    var html = "<form class=\"bar\" role=\"search\"><label class=\"find\">Find"
    html += "<input type=\"search\" name=\"q\" placeholder=\"name, formula, paper\" "
    html += "autocomplete=\"off\" spellcheck=\"false\"/></label>"
    html += select(
      "Family", "family", [("", "all")] + families.map { ($0.key, "\($0.key) (\($0.value.count))") }
    )
    html += select("Kind", "kind", [("", "all")] + GalleryEntry.kinds)
    if measured != nil {
      html += select("Order", "order", [("", "by name"), ("time", "fastest forward")])
    }
    html += "<button type=\"button\" class=\"theme\" aria-label=\"Light or dark\">◐</button>"
    return html + "<p class=\"count\" role=\"status\">\(entries.count) functions</p></form>"
  }

  private func select(_ label: String, _ name: String, _ options: [(String, String)]) -> String {
    let items = options.map {
      "<option value=\"\($0.0.escapedForXML)\">\($0.1.escapedForXML)</option>"
    }
    return "<label>\(label)<select name=\"\(name)\">\(items.joined())</select></label>"
  }

  private var foot: String {
    var html = "<p><b>sure</b>: read in the authors’ code, or derived and checked. "
    html += "<b>likely</b>: read elsewhere. <b>recalled</b>: neither.</p>"
    if let measured { html += "<p>Speeds: \(measured.escapedForXML).</p>" }
    return html + "<p>Keys: / finds, ← and → turn the pages of an open sheet, Esc closes it.</p>"
  }

  private var dialogs: String {
    entries.indices.map { index in
      entries[index].sheet(
        before: entries[(index + entries.count - 1) % entries.count],
        after: entries[(index + 1) % entries.count])
    }.joined()
  }

  private var dataSheets: String {
    sheets.map { sheet in
      let key = "sheet:\(sheet.folder.escapedForXML)"
      return """
        <dialog id="\(key)" aria-labelledby="\(key):title">
        <header><div><h2 id="\(key):title">\(sheet.title.escapedForXML)</h2>
        <p>Data sheet of the plugin \(sheet.folder.escapedForXML)</p></div>\(GalleryEntry.close)</header>
        <section>\(sheet.body)</section></dialog>

        """
    }.joined()
  }
}
