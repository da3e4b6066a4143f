

def main():
    question = json.loads(sys.argv[1])
    asked, python = question["ask"], question.get("python") or list(sys.version_info[:2])
    if asked == "releases":
        answer(releases=releases(question["name"], python))
    if asked == "explain":
        answer(text=resolved(question["requirements"], python, question["within"])[1])
    if asked == "resolve":
        answer(**first_resolved(question["alternatives"], python, question["within"]))
    content = archive_of(question["name"], question["version"])
    module, name, owner = question.get("module"), question.get("name_in_module"), question.get("class")
    if content is None:
        answer(says=None)
    elif asked == "uses":
        answer(says=uses(content, module, name))
    elif question.get("argument"):
        answer(says=takes(content, owner, name, question["argument"]))
    elif owner:
        answer(says=has_attribute(content, owner, name))
    elif name:
        answer(says=has_name(content, module, name))
    else:
        answer(says=source_of(content, module) is not None)


try:
    main()
except (OSError, ValueError, KeyError, requests.RequestException) as error:
    answer(error=type(error).__name__ + ": " + str(error)[:300])
