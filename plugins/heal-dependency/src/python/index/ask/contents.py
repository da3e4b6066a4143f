

def source_of(content, module):
    """The source of a module; "" for a package without one or compiled code, `None` when there is no such module."""
    path = module.replace(".", "/")
    for candidate in (path + ".py", path + "/__init__.py"):
        if candidate in content:
            return content[candidate]().decode("utf-8", "replace")
    is_other = any(name.startswith(path + "/") or (name.startswith(path + ".") and name.endswith((".so", ".pyd")))
                   for name in content)
    return "" if is_other else None


def parsed(source):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def bound_at_top(tree):
    """What the statements of a module bind, also in branches; and the star imports."""
    names, stars, todo = set(), [], list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    stars.append(node)
                else:
                    names.add(alias.asname or alias.name.split(".")[0])
        names.update(part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
        todo.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler)))
    return names, stars


def has_name(content, module, name, depth=0):
    """Whether a module offers a name: `True`, `False`, or `None` when only running it would tell."""
    source = source_of(content, module)
    if source is None:
        return False
    if source_of(content, module + "." + name) is not None:
        return True
    tree = parsed(source)
    if tree is None or not source and not any(path.startswith(module.replace(".", "/") + "/") for path in content):
        return None
    names, stars = bound_at_top(tree)
    if name in names:
        return True
    answers = []
    for star in stars if depth < 4 else []:
        package = module.split(".") if module.replace(".", "/") + "/__init__.py" in content else module.split(".")[:-1]
        base = package[: len(package) - star.level + 1] if star.level else []
        target = ".".join(base + ([star.module] if star.module else []))
        answers.append(has_name(content, target, name, depth + 1) if source_of(content, target) is not None else None)
    if True in answers:
        return True
    is_dynamic = bool({"__getattr__", "globals", "setattr", "lazy"} & {
        getattr(node, "id", getattr(node, "name", "")) for node in ast.walk(tree)})
    if is_dynamic:
        if any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree)):
            return True
        return None if re.search(r"\b" + re.escape(name) + r"\b", source) else False
    return None if None in answers else False


def classes_named(content, name):
    """The definitions of a class, wherever they stand."""
    for path, read in content.items():
        data = read() if path.endswith(".py") and "/tests/" not in path else b""
        if b"class " + name.encode() in data:
            tree = parsed(data.decode("utf-8", "replace"))
            yield from (node for node in ast.walk(tree or ast.Module([], [])) if isinstance(node, ast.ClassDef) and node.name == name)


def has_attribute(content, owner, name):
    """Whether a class of the archive, or one that it is derived from, defines a name."""
    seen, todo, is_there = set(), [owner], False
    while todo and len(seen) < 12:
        each = todo.pop(0)
        seen.add(each)
        for node in classes_named(content, each):
            is_there = True
            members = {getattr(part, "name", "") for part in node.body}
            for statement in node.body:
                if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                    members |= {part.id for part in ast.walk(statement) if isinstance(part, ast.Name)}
            members |= {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)
                        and isinstance(part.ctx, ast.Store) and getattr(part.value, "id", "") == "self"}
            if name in members:
                return True
            bases = (getattr(base, "attr", getattr(base, "id", "")) for base in node.bases)
            todo.extend(base for base in bases if base and base not in seen)
    return False if is_there else None


def takes(content, owner, function, argument):
    """Whether a function of the archive takes an argument by name; `None` where it takes anything or stands in compiled code."""
    called = owner if function == "__init__" else function
    answers = []
    for path, read in content.items():
        data = read() if path.endswith(".py") and "/tests/" not in path else b""
        if called.encode() not in data or b"def " + function.encode() not in data and b"class " + called.encode() not in data:
            continue
        tree = parsed(data.decode("utf-8", "replace"))
        if tree is None:
            continue
        if owner:
            places = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == owner]
            found = [part for node in places for part in node.body]
        else:
            found = list(tree.body) + [part for node in tree.body if isinstance(node, (ast.If, ast.Try)) for part in ast.walk(node)]
        for node in found:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name != function:
                continue
            names = {each.arg for each in node.args.args + node.args.kwonlyargs}
            if argument in names:
                return True
            text = ast.unparse(node) if node.args.kwarg else ""
            answers.append((repr(argument) in text) if node.args.kwarg else False)
    if True in answers:
        return True
    return False if answers else None


def uses(content, module, name):
    """Whether code of the archive needs a name of a module, without a way around it."""
    for path, read in content.items():
        if not path.endswith(".py") or re.search(r"(^|/)(tests?|docs?|examples?)/|(^|/)(setup|conftest)\.py$", path):
            continue
        data = read()
        if (name or module.split(".")[-1]).encode() not in data:
            continue
        tree = parsed(data.decode("utf-8", "replace"))
        if tree is None:
            # Code of Python 2 is what a newer Python took everything away from.
            return True
        guarded, aliases = set(), set()
        for node in ast.walk(tree):
            is_branch = isinstance(node, ast.If) and re.search("version_info|PY2|PY3|TYPE_CHECKING", ast.dump(node.test))
            if (isinstance(node, ast.Try) and node.handlers) or is_branch:
                guarded.update(id(part) for part in ast.walk(node))
            if isinstance(node, ast.Import):
                aliases.update(alias.asname or alias.name for alias in node.names if alias.name == module)
        for node in ast.walk(tree):
            if id(node) in guarded:
                continue
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported = {alias.name for alias in node.names}
                if (node.module == module and name in imported) or (not name and (node.module + ".").startswith(module + ".")):
                    return True
            if not name and isinstance(node, ast.Import) and any((alias.name + ".").startswith(module + ".") for alias in node.names):
                return True
            if name and isinstance(node, ast.Attribute) and node.attr == name and ast.unparse(node.value) in aliases:
                return True
    return False
