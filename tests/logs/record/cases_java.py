"""Broken Java and Kotlin builds: javac, Maven with a local repository server, Gradle, JUnit, the JVM's limits."""
from recorder import case, healthy

MVN = "maven 3.8, jdk 17"
MV = "mvn -B -ntp -s $REC/maven-settings.xml -Dmaven.repo.local=$CACHEDIR/m2 "


def pom(deps="", plugins="", props="", extra="", java="17"):
    return f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example.shop</groupId>
  <artifactId>shop</artifactId>
  <version>1.4.0</version>
  <properties><maven.compiler.source>{java}</maven.compiler.source><maven.compiler.target>{java}</maven.compiler.target><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>{props}</properties>
  {extra}
  <dependencies>{deps}</dependencies>
  <build><plugins>{plugins}</plugins></build>
</project>
"""


def dep(a, v, g="example.shop", scope="compile"): return f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version><scope>{scope}</scope></dependency>"


JUNIT = dep("junit", "4.13.2", "junit", "test")
REPO = lambda path: f"<repositories><repository><id>shop-releases</id><url>http://127.0.0.1:PORT/{path}</url></repository></repositories>"
SED = "sed -i \"s/:PORT/:$PORT/;s/:TLSPORT/:$TLSPORT/\" pom.xml; "
SRC, TST = "src/main/java/shop/", "src/test/java/shop/"


def c(id, tool, cat, heal, root, run, files=None, **kw): case("java-" + id, "java", tool, cat, heal, root, run, files, **dict(dict(timeout=200), **kw))
def k(id, tool, cat, heal, root, run, files=None, **kw): case("kotlin-" + id, "kotlin", tool, cat, heal, root, run, files, **dict(dict(timeout=200), **kw))
def h(id, tool, run, files=None, **kw): healthy("java-ok-" + id, "java", tool, run, files, **dict(dict(timeout=200), **kw))


J = "javac 17"
# --- javac
c("javac-symbol", J, "compile-error", "escalate", r"error: cannot find symbol", "mkdir out; javac -d out src/*.java", {"src/Cart.java": "public class Cart {\n  int total(java.util.List<Integer> xs) {\n    return xs.stream().mapToInt(x -> x).summ();\n  }\n}\n"})
c("javac-package", J, "dependency-missing", "dependency", r"package .* does not exist", "javac -d out src/App.java", {"src/App.java": "import example.coins.Rate;\n\npublic class App {\n  Rate rate;\n}\n"}, second=("compile-error", None, "escalate"))
c("javac-types", J, "type-error", "escalate", r"error: incompatible types", "javac src/App.java", {"src/App.java": "public class App {\n  int total() {\n    String s = \"12\";\n    return s;\n  }\n}\n"}, second=("compile-error", None, None))
c("javac-syntax", J, "compile-error", "escalate", r"error: ';' expected", "javac App.java", {"App.java": "public class App {\n  public static void main(String[] a) {\n    int x = 1\n    System.out.println(x);\n  }\n}\n"})
c("javac-exception", J, "compile-error", "escalate", r"unreported exception", "javac App.java", {"App.java": "import java.nio.file.*;\n\nclass App {\n  String read() { return Files.readString(Path.of(\"a\")); }\n}\n"})
c("javac-werror", J, "lint-or-format", "escalate", r"warnings found and -Werror", "javac -Xlint:all -Werror App.java", {"App.java": "import java.util.*;\n\nclass App {\n  List xs = new ArrayList();\n}\n"}, second=("compile-error", "warning: \\[rawtypes\\]", "alternative"))
c("javac-release", J, "toolchain-missing-or-version", "config", r"release version .* not supported|invalid (source|target) release", "javac --release 21 App.java", {"App.java": "class App {}\n"}, second=("configuration", None, "dependency"))
c("javac-preview", J, "toolchain-missing-or-version", "dependency", r"error: cannot find symbol|not supported in -source", "javac --release 11 App.java", {"App.java": "class App {\n  record Item(int price) {}\n}\n"}, second=("compile-error", None, "config"))
# --- JVM
c("class-not-found", "java 17", "configuration", "config", r"ClassNotFoundException|Could not find or load main class", "java -cp build/classes shop.Main", second=("dependency-missing", "ClassNotFoundException", "dependency"))
c("no-class-def", "java 17", "dependency-missing", "dependency", r"NoClassDefFoundError", "javac *.java && rm Rate.class && java App", {"App.java": "public class App { public static void main(String[] a) { System.out.println(new Rate().x); } }\n", "Rate.java": "class Rate { int x = 1; }\n"}, second=("dependency-conflict", None, None))
c("no-such-method", "java 17", "dependency-conflict", "dependency", r"NoSuchMethodError", "javac *.java && echo 'class Rate { }' > Rate.java && javac Rate.java && java App", {"App.java": "public class App { public static void main(String[] a) { System.out.println(Rate.of(1)); } }\n", "Rate.java": "class Rate { static int of(int x) { return x; } }\n"})
c("class-version", "java 17", "toolchain-missing-or-version", "dependency", r"UnsupportedClassVersionError", "javac App.java && python3 -c \"b=bytearray(open('App.class','rb').read()); b[7]=65; open('App.class','wb').write(b)\" && java App", {"App.java": "public class App { public static void main(String[] a) { } }\n"}, second=("dependency-conflict", None, "config"))
c("heap", "java 17", "resource-memory", "resource", r"OutOfMemoryError: Java heap space", "java -Xmx24m Load.java", {"Load.java": "import java.util.*;\n\npublic class Load {\n  public static void main(String[] a) {\n    System.out.println(\"loading catalogue\");\n    List<byte[]> keep = new ArrayList<>();\n    while (true) keep.add(new byte[1 << 20]);\n  }\n}\n"})
c("jvm-reserve", "java 17, ulimit -v", "resource-memory", "resource", r"Could not reserve enough space|insufficient memory|error occurred during initialization", "bash -c 'ulimit -v 1500000; java -Xms1400m -Xmx1400m -version'", second=("configuration", None, "config"))
c("stack", "java 17", "test-failure", "escalate", r"StackOverflowError", "java Tree.java 2>&1 | head -12; exit 1", {"Tree.java": "public class Tree {\n  static int depth(Object o) { return 1 + depth(o); }\n  public static void main(String[] a) { System.out.println(depth(null)); }\n}\n"}, second=("resource-memory", None, "resource"))
c("jvm-option", "java 17", "configuration", "config", r"Unrecognized VM option", "java -XX:MaxPermSize=256m -XX:+UseConcMarkSweepGC -version", second=("toolchain-missing-or-version", None, "dependency"))
c("java-home", "maven 3.8", "toolchain-missing-or-version", "config", r"JAVA_HOME", "JAVA_HOME=/usr/lib/jvm/java-21-shop mvn -v", second=("configuration", None, "dependency"))
c("pkix", "java 17", "network-transient", "escalate", r"PKIX path building failed", "java Get.java https://127.0.0.1:$TLSPORT/", {"Get.java": "public class Get {\n  public static void main(String[] a) throws Exception {\n    System.out.println(\"GET rates\");\n    new java.net.URL(a[0]).openStream().read();\n  }\n}\n"}, second=("configuration", None, "config"), cut=(4, 10))
c("unknown-host", "java 17", "network-transient", "retry", r"UnknownHostException", "java Get.java https://rates.shop.example/", {"Get.java": "public class Get {\n  public static void main(String[] a) throws Exception {\n    new java.net.URL(a[0]).openStream().read();\n  }\n}\n"}, cut=(2, 10))
c("connect-refused", "java 17", "network-transient", "retry", r"ConnectException: Connection refused", "java Get.java http://127.0.0.1:48739/", {"Get.java": "public class Get {\n  public static void main(String[] a) throws Exception {\n    new java.net.URL(a[0]).openStream().read();\n  }\n}\n"}, cut=(2, 10), second=("configuration", None, "config"))
c("bind", "java 17", "port-or-concurrency-conflict", "retry", r"BindException: Address already in use", "java Srv.java", {"Srv.java": "public class Srv {\n  public static void main(String[] a) throws Exception {\n    var one = new java.net.ServerSocket(48747);\n    System.out.println(\"starting second server\");\n    var two = new java.net.ServerSocket(48747);\n  }\n}\n"}, second=(None, None, "config"))
c("disk", "java 17, small tmpfs", "resource-disk", "resource", r"No space left on device", "unshare -m bash -c 'mkdir w && mount -t tmpfs -o size=100k none w && java W.java'", {"W.java": "public class W {\n  public static void main(String[] a) throws Exception {\n    java.nio.file.Files.write(java.nio.file.Path.of(\"w/index.bin\"), new byte[1 << 20]);\n  }\n}\n"})
# --- Maven
c("mvn-compile", MVN, "compile-error", "escalate", r"^\[ERROR\] .*cannot find symbol", MV + "compile", {"pom.xml": pom(), SRC + "Cart.java": "package shop;\n\npublic class Cart {\n  int total() { return price * 2; }\n}\n"})
c("mvn-types", MVN, "type-error", "escalate", r"^\[ERROR\] .*incompatible types", MV + "compile", {"pom.xml": pom(), SRC + "Cart.java": "package shop;\n\npublic class Cart {\n  long total(String s) { return s; }\n}\n"}, second=("compile-error", None, None))
c("mvn-dep-missing", MVN, "dependency-missing", "dependency", r"Could not find artifact|Could not resolve dependencies", SED + MV + "compile", {"pom.xml": pom(dep("coin-rates", "9.1.0"), extra=REPO("maven"))}, second=(None, "Could not resolve dependencies|Could not find artifact", None))
c("mvn-dep-503", MVN, "registry-or-service-outage", "retry", r"503", SED + MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.3"), extra=REPO("status/503"))}, second=(None, "Could not transfer|Failed to collect|503", None))
c("mvn-dep-401", MVN, "auth-or-permission", "escalate", r"401|authentication failed|Unauthorized", SED + MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.1"), extra=REPO("status/401"))}, second=(None, None, "config"))
c("mvn-dep-403", MVN, "auth-or-permission", "escalate", r"403|authorization failed", SED + MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.4"), extra=REPO("status/403"))}, second=("registry-or-service-outage", None, "config"))
c("mvn-dep-dns", MVN, "network-transient", "retry", r"Unknown host|UnknownHost", MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.6"), extra="<repositories><repository><id>shop</id><url>https://maven.shop.example/releases</url></repository></repositories>")})
c("mvn-dep-refused", MVN, "network-transient", "retry", r"Connection refused|Connect to", MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.7"), extra="<repositories><repository><id>shop</id><url>http://127.0.0.1:48739/releases</url></repository></repositories>")}, second=("registry-or-service-outage", None, None))
c("mvn-dep-tls", MVN, "network-transient", "escalate", r"PKIX path building failed", SED + MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.8"), extra="<repositories><repository><id>shop</id><url>https://127.0.0.1:TLSPORT/maven</url></repository></repositories>")}, second=("configuration", None, "config"))
c("mvn-http-blocked", MVN, "configuration", "config", r"Blocked mirror|blocked", MV + "compile", {"pom.xml": pom(dep("coin-rates", "2.0.9"), extra="<repositories><repository><id>shop</id><url>http://maven.shop.example/releases</url></repository></repositories>")}, second=("dependency-missing", None, None))
c("mvn-offline", MVN, "dependency-missing", "config", r"offline mode|has not been downloaded", SED + MV + "-o compile", {"pom.xml": pom(dep("coin-rates", "3.0.1"))}, second=("configuration", None, "dependency"))
c("mvn-plugin-missing", MVN, "dependency-missing", "dependency", r"Plugin .* (not found|could not be resolved)|or one of its dependencies could not be resolved", MV + "example.shop:shop-maven-plugin:1.0:check", {"pom.xml": pom()}, second=("configuration", None, None))
c("mvn-pom-invalid", MVN, "configuration", "config", r"Non-parseable POM|Malformed POM|FATAL", MV + "test", {"pom.xml": pom().replace("</properties>", "")}, second=("compile-error", None, "escalate"))
c("mvn-no-pom", MVN, "configuration", "config", r"no POM in this directory|MissingProject", MV + "verify")
c("mvn-version-missing", MVN, "configuration", "config", r"'dependencies.dependency.version'", MV + "validate", {"pom.xml": pom("<dependency><groupId>example.shop</groupId><artifactId>coin</artifactId></dependency>")}, second=("dependency-missing", None, "dependency"))
c("mvn-parent", MVN, "dependency-missing", "dependency", r"Non-resolvable parent POM", SED + MV + "validate", {"pom.xml": pom(extra=REPO("maven") + "<parent><groupId>example.shop</groupId><artifactId>parent</artifactId><version>7</version></parent>")}, second=("configuration", None, "config"))
c("mvn-release", MVN, "toolchain-missing-or-version", "config", r"invalid target release|release version .* not supported|Fatal error compiling", MV + "compile", {"pom.xml": pom(java="21"), SRC + "A.java": "package shop;\nclass A {}\n"}, second=("configuration", None, "dependency"))
c("mvn-goal", MVN, "configuration", "config", r"Unknown lifecycle phase", MV + "instal", {"pom.xml": pom()})
c("mvn-test", "maven 3.8, junit 4", "test-failure", "escalate", r"CartTest.*(FAILURE|expected)|expected:<", MV + "test", {"pom.xml": pom(JUNIT), SRC + "Cart.java": "package shop;\n\npublic class Cart {\n  public static int total(int a, int b) { return a - b; }\n}\n", TST + "CartTest.java": "package shop;\n\nimport static org.junit.Assert.*;\nimport org.junit.Test;\n\npublic class CartTest {\n  @Test public void addsTwoPrices() { assertEquals(5, Cart.total(2, 3)); }\n  @Test public void zero() { assertEquals(0, Cart.total(0, 0)); }\n}\n"}, second=(None, "addsTwoPrices", None))
c("mvn-test-npe", "maven 3.8, junit 4", "test-failure", "escalate", r"NullPointer", MV + "test", {"pom.xml": pom(JUNIT), TST + "UserTest.java": "package shop;\n\nimport org.junit.Test;\n\npublic class UserTest {\n  String nick;\n  @Test public void nickOfGuest() { nick.length(); }\n}\n"}, second=(None, "nickOfGuest", None))
c("mvn-test-timeout", "maven 3.8, junit 4", "test-failure", "escalate", r"test timed out after", MV + "test", {"pom.xml": pom(JUNIT), TST + "SyncTest.java": "package shop;\n\nimport org.junit.Test;\n\npublic class SyncTest {\n  @Test(timeout = 300) public void syncFinishes() throws Exception { Thread.sleep(5000); }\n}\n"}, second=("flaky-test", None, "retry"))
c("mvn-fork-oom", "maven 3.8, junit 4", "resource-memory", "resource", r"OutOfMemoryError", MV + "test -DargLine=-Xmx20m", {"pom.xml": pom(JUNIT), TST + "LoadTest.java": "package shop;\n\nimport java.util.*;\nimport org.junit.Test;\n\npublic class LoadTest {\n  @Test public void loadsCatalogue() { List<byte[]> keep = new ArrayList<>(); while (true) keep.add(new byte[1 << 20]); }\n}\n"}, second=("test-failure", None, None))
c("mvn-fork-crash", "maven 3.8, junit 4", "infrastructure-runner", "retry", r"forked VM terminated|The forked VM", MV + "test", {"pom.xml": pom(JUNIT), TST + "ExitTest.java": "package shop;\n\nimport org.junit.Test;\n\npublic class ExitTest {\n  @Test public void stops() { Runtime.getRuntime().halt(137); }\n}\n"}, second=("resource-memory", None, "resource"))
c("mvn-enforcer", "maven-enforcer", "toolchain-missing-or-version", "config", r"RequireMavenVersion|Detected Maven Version|RequireJavaVersion|Detected JDK", MV + "validate", {"pom.xml": pom(plugins="<plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-enforcer-plugin</artifactId><version>3.1.0</version><executions><execution><goals><goal>enforce</goal></goals><configuration><rules><requireJavaVersion><version>[21,)</version></requireJavaVersion></rules></configuration></execution></executions></plugin>")}, second=("configuration", None, "dependency"))
c("mvn-deploy-401", "maven-deploy", "auth-or-permission", "escalate", r"401|authentication failed", SED + MV + "deploy -DskipTests", {"pom.xml": pom(extra="<distributionManagement><repository><id>shop</id><url>http://127.0.0.1:PORT/status/401/releases</url></repository></distributionManagement>"), SRC + "A.java": "package shop;\nclass A {}\n"}, second=("deployment", None, "config"))
c("mvn-deploy-409", "maven-deploy", "deployment", "config", r"409", SED + MV + "deploy -DskipTests", {"pom.xml": pom(extra="<distributionManagement><repository><id>shop</id><url>http://127.0.0.1:PORT/status/409/releases</url></repository></distributionManagement>"), SRC + "A.java": "package shop;\nclass A {}\n"}, second=(None, None, "escalate"))
c("mvn-deploy-config", "maven-deploy", "deployment", "config", r"repository element was not specified", MV + "deploy -DskipTests", {"pom.xml": pom(), SRC + "A.java": "package shop;\nclass A {}\n"}, second=("configuration", None, None))
# --- Gradle (no plugins from the network: the core java plugin only)
GR = "gradle --no-daemon --console=plain "
c("gradle-compile", "gradle 4.4", "compile-error", "escalate", r"error: ", GR + "build", {"build.gradle": "apply plugin: 'java'\n", SRC + "A.java": "package shop;\n\nclass A {\n  int x() { return y; }\n}\n"})
c("gradle-syntax", "gradle 4.4", "configuration", "config", r"Could not (compile|find method)|> ", GR + "build", {"build.gradle": "apply plugin: 'java'\ndependencies {\n  implementationn 'a:b:1'\n}\n"}, second=("compile-error", None, None))
c("gradle-dep", "gradle 4.4", "dependency-missing", "dependency", r"Could not (find|resolve)", "sed -i \"s/:PORT/:$PORT/\" build.gradle; " + GR + "compileJava", {"build.gradle": "apply plugin: 'java'\nrepositories { maven { url 'http://127.0.0.1:PORT/maven' } }\ndependencies { compile 'example.shop:coin-rates:9.1' }\n", SRC + "A.java": "package shop;\nclass A {}\n"})
c("gradle-dep-503", "gradle 4.4", "registry-or-service-outage", "retry", r"503|Could not resolve", "sed -i \"s/:PORT/:$PORT/\" build.gradle; " + GR + "compileJava", {"build.gradle": "apply plugin: 'java'\nrepositories { maven { url 'http://127.0.0.1:PORT/status/503' } }\ndependencies { compile 'example.shop:coin-rates:9.2' }\n", SRC + "A.java": "package shop;\nclass A {}\n"}, second=(None, "503", None))
c("gradle-task", "gradle 4.4", "configuration", "config", r"Task 'integrationTst' not found", GR + "integrationTst", {"build.gradle": "apply plugin: 'java'\n"})
c("gradle-plugin", "gradle 4.4", "configuration", "config", r"Plugin with id .* not found", GR + "build", {"build.gradle": "apply plugin: 'example.shop-conventions'\n"}, second=("dependency-missing", None, "dependency"))
# --- Kotlin
KC = "kotlinc -nowarn -d out.jar "
k("unresolved", "kotlinc 1.3", "compile-error", "escalate", r"error: unresolved reference", KC + "Cart.kt", {"Cart.kt": "fun main() {\n  println(totl(1))\n}\n\nfun total(a: Int) = a\n"})
k("types", "kotlinc 1.3", "type-error", "escalate", r"error: type mismatch", KC + "Cart.kt", {"Cart.kt": "fun total(xs: List<Int>): Int = xs.sum()\n\nfun main() {\n  val s: String = total(listOf(1))\n  total(\"a\")\n}\n"}, second=("compile-error", None, None))
k("nullable", "kotlinc 1.3", "type-error", "escalate", r"error: only safe", KC + "User.kt", {"User.kt": "class User(val mail: String?)\n\nfun domain(u: User) = u.mail.substringAfter('@')\n"}, second=("compile-error", None, None))
k("import", "kotlinc 1.3", "dependency-missing", "dependency", r"error: unresolved reference", KC + "App.kt", {"App.kt": "import example.coins.Rate\n\nfun main() {\n  println(Rate(1))\n}\n"}, second=("compile-error", None, "escalate"))
k("syntax", "kotlinc 1.3", "compile-error", "escalate", r"error: (expecting|missing)", KC + "App.kt", {"App.kt": "fun main( {\n  println(1)\n}\n"})
k("when", "kotlinc 1.3", "compile-error", "escalate", r"error: 'when' expression must be exhaustive", KC + "App.kt", {"App.kt": "enum class Kind { CARD, CASH }\n\nfun fee(k: Kind): Int = when (k) {\n  Kind.CARD -> 2\n}\n"}, second=("type-error", None, None))
k("source-missing", "kotlinc 1.3", "configuration", "config", r"error: source file or directory not found", KC + "src/main/kotlin/Main.kt", second=("compile-error", None, None))

h("mvn-test", "maven 3.8, junit 4", MV + "test", {"pom.xml": pom(JUNIT), TST + "ErrorTest.java": "package shop;\n\nimport org.junit.*;\n\npublic class ErrorTest {\n  @Test(expected = RuntimeException.class) public void failsOnBadCard() { System.err.println(\"ERROR shop.Payment - card rejected: java.lang.RuntimeException: limit\"); throw new RuntimeException(\"limit\"); }\n  @Ignore(\"fails without network\") @Test public void fetchError() {}\n}\n"})
h("mvn-compile-warn", MVN, MV + "compile -Dmaven.compiler.showWarnings=true -Dmaven.compiler.showDeprecation=true", {"pom.xml": pom(), SRC + "ErrorHandler.java": "package shop;\n\nclass ErrorHandler {\n  Integer code = new Integer(1);\n}\n"})
h("javac-deprecation", J, "javac -Xlint:deprecation App.java && echo 'BUILD SUCCESSFUL, 0 errors'", {"App.java": "class App {\n  void fail() { Thread.currentThread().stop(); new Integer(1); }\n}\n"})
h("java-log", "java 17", "java Log.java", {"Log.java": "public class Log {\n  public static void main(String[] a) {\n    for (int i = 1; i < 3; i++) try { throw new java.io.IOException(\"connection reset, attempt \" + i); } catch (Exception e) { e.printStackTrace(); }\n    System.out.println(\"connected; 0 messages failed\");\n  }\n}\n"})
h("gradle-build", "gradle 4.4", GR + "classes", {"build.gradle": "apply plugin: 'java'\ntask errorReport { doLast { println 'no errors' } }\nclasses.dependsOn errorReport\n", SRC + "FailedException.java": "package shop;\nclass FailedException extends Exception {}\n"})
healthy("kotlin-ok-warnings", "kotlin", "kotlinc 1.3", "kotlinc -d out.jar Error.kt", {"Error.kt": "fun fail(error: Int) {\n  val failed = 1\n}\n"}, timeout=120)
