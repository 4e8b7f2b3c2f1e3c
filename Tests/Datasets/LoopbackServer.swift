import Foundation

/// A local web server that can fail in the ways that tests need.
struct LoopbackServer {
  let port: Int
  private let log: URL

  /// Runs `body` while a server provides `content`.
  static func with<Result>(_ content: Data, _ body: (LoopbackServer) throws -> Result) throws
    -> Result
  {
    try withTemporaryFolder { folder in
      let (script, file, log) = (
        folder.appending(path: "server.py"), folder.appending(path: "content"),
        folder.appending(path: "log")
      )
      try Data(program.utf8).write(to: script)
      try content.write(to: file)
      try Data().write(to: log)
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", script.path, file.path, log.path]
      process.standardOutput = output
      process.standardInput = FileHandle.nullDevice
      try process.run()
      defer {
        // Tests run on threads that block softer signals, and the server inherits that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
        throw CocoaError(.fileReadCorruptFile)
      }
      return try body(LoopbackServer(port: port, log: log))
    }
  }

  /// The requests so far: path, range and condition of each.
  func requests() throws -> [String] {
    try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// The first part of the path says how the server behaves.
  private static let program = """
    import http.server, sys, time

    content = open(sys.argv[1], "rb").read()
    served = 0

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            global served
            served += 1
            asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
            with open(sys.argv[2], "a") as log:
                log.write(f"{self.path} {asked or '-'} {condition or '-'}\\n")
            kind = self.path.split("/")[1]
            self.close_connection = True
            if kind == "missing" or kind == "busy" and served < 3:
                return self.send_error(404 if kind == "missing" else 503)
            if kind == "dead":
                return
            if kind == "elsewhere":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/whole/a")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            data, tag = content, '"1"'
            if kind == "changing" and served > 1:
                data, tag = content[::-1], '"2"'
            start = int(asked[6:-1]) if asked and kind not in ("deaf", "useless") and condition in (None, tag) else 0
            if start >= len(data):
                return self.send_error(416)
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            if kind != "deaf":
                self.send_header("ETag", tag)
            self.end_headers()
            cut = kind in ("cut", "useless") or kind in ("deaf", "changing") and served == 1
            if kind in ("lying", "half-lying"):
                data = bytes(255 - byte for byte in data)
            if kind in ("hanging", "half-lying"):
                self.wfile.write(data[start:start + 4000])
                self.wfile.flush()
                time.sleep(60)
            elif kind == "slow":
                for first in range(start, len(data), 500):
                    self.wfile.write(data[first:first + 500])
                    self.wfile.flush()
                    time.sleep(0.1)
            else:
                self.wfile.write(data[start:start + 4000] if cut else data[start:])

        def log_message(self, *arguments):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, address):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """
}
