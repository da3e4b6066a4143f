"""C# that does not compile, with the Mono compiler; what `dotnet` itself prints is in cases_written.py."""
from recorder import case, healthy

M = "mcs (mono 6.8)"


def c(id, cat, heal, root, run, files=None, **kw): case("dotnet-" + id, "dotnet", M, cat, heal, root, run, files, **kw)


c("cs1525", "compile-error", "escalate", r"error CS1525", "mcs Program.cs", {"Program.cs": "class Program {\n  static void Main() {\n    int a = 1\n    System.Console.WriteLine(a);\n  }\n}\n"})
c("cs0103", "compile-error", "escalate", r"error CS0103", "mcs -out:app.exe src/*.cs", {"src/Cart.cs": "class Cart {\n  int Total(int a) { return a + b; }\n  static void Main() {}\n}\n"})
c("cs0246", "dependency-missing", "dependency", r"error CS0246", "mcs Program.cs", {"Program.cs": "using Coin.Rates;\n\nclass Program {\n  Rate r;\n  static void Main() {}\n}\n"}, second=("compile-error", None, "escalate"))
c("cs0029", "type-error", "escalate", r"error CS0029", "mcs Program.cs", {"Program.cs": "class Program {\n  static void Main() {\n    int total = \"12\";\n    string s = 4;\n  }\n}\n"}, second=("compile-error", None, None))
c("cs1061", "type-error", "escalate", r"error CS1061", "mcs Program.cs", {"Program.cs": "class Order { public int Id; }\n\nclass Program {\n  static void Main() { System.Console.WriteLine(new Order().Total); }\n}\n"}, second=("compile-error", None, None))
c("cs0006", "dependency-missing", "dependency", r"error CS0006", "mcs -r:packages/Coin.Rates.dll Program.cs", {"Program.cs": "class Program { static void Main() {} }\n"}, second=("configuration", None, None))
c("cs2001", "configuration", "config", r"error CS2001", "mcs src/Program.cs", second=("compile-error", None, None))
c("warnaserror", "lint-or-format", "escalate", r"error CS\d+", "mcs -warnaserror Program.cs", {"Program.cs": "class Program {\n  static void Main() { int unused = 1; }\n}\n"}, second=("compile-error", None, "alternative"))
c("unhandled", "test-failure", "escalate", r"System.NullReferenceException", "mcs Program.cs && mono Program.exe", {"Program.cs": "class Program {\n  static string nick;\n  static void Main() { System.Console.WriteLine(nick.Length); }\n}\n"})
c("file-not-found", "configuration", "config", r"FileNotFoundException|Could not find file", "mcs Program.cs && mono Program.exe", {"Program.cs": "class Program {\n  static void Main() { System.IO.File.ReadAllText(\"appsettings.json\"); }\n}\n"})
healthy("dotnet-ok-warnings", "dotnet", M, "mcs Program.cs && mono Program.exe", {"Program.cs": "class Program {\n  static void Main() { int error = 1; System.Console.Error.WriteLine(\"fail: Shop.Sync[0] retrying after timeout\"); System.Console.WriteLine(\"Failed: 0, Passed: 14\"); }\n}\n"})
