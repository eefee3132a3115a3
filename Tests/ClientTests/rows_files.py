"""Rows of the contract table: files, in every generation (contract, sections 1.3, 2, 2.3). They are asked in order."""

from pattern import Exactly, Having, ListOf, Text
from row import BEFORE_FLAT, FLAT, VERSIONS, Row

TIME = Text(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
BOUNDARY = "b-o-u"


def form(*parts, boundary=BOUNDARY):
    """A multipart body; a part is the whole Content-Disposition and what is in it."""
    text = "".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {place}\r\nContent-Type: x/y\r\n\r\n{content}\r\n"
        for place, content in parts
    )
    return f"{text}--{boundary}--\r\n"


LABEL = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
ONE = form(('name="file"; filename="up.txt"', "uploaded"))
UNQUOTED = form(("name=file; filename=up.txt; filename*=utf-8''%C3%BCp%20%E2%9C%93.txt", "1"))


def item(name, size, **more):
    types = {"type": "file", "contentType": str, "sizeInBytes": size, "lastModifiedAt": TIME, **more}
    return Exactly({"name": name, **types})


def old(name, size):
    return Exactly({"properties": Exactly({"filename": name, "size": size, "lastModifiedTime": TIME})})


def first(name, size):
    return Exactly({"filename": name, "size": size, "last_modified_time": TIME})


FOLDER = Exactly({"name": "sub", "type": "directory", "contentType": str, "sizeInBytes": int, "lastModifiedAt": TIME})
CSV = b"a,b\n1,2\n"

UPLOADS = [
    Row("one file is one object", "POST files", 200, item("up.txt", 8), FLAT, body=ONE, headers=LABEL),
    Row("older versions have a list", "POST files", 200, Exactly({"value": [old("up.txt", 8)]}), BEFORE_FLAT, body=ONE, headers=LABEL),
    Row("the older route", "POST files/upload", 200, Exactly({"value": [old("up.txt", 8)]}), VERSIONS, body=ONE, headers=LABEL),
    Row("the first preview", "POST python/uploadFile", 200, {"$values": [first("up.txt", 8)]}, VERSIONS, body=ONE, headers=LABEL),
    Row("a path in the name", "POST files/upload", 200, {"value": [old("up.txt", 8)]}, headers=LABEL,
        body=form(('name="file"; filename="/mnt/data/up.txt"', "uploaded"))),
    Row("no quotes, two names", "POST files", 200, item("üp ✓.txt", 1), headers=LABEL, body=UNQUOTED),
    Row("the boundary in quotes", "POST files", 200, item("up.txt", 8), body=ONE,
        headers={"Content-Type": f'multipart/form-data; boundary="{BOUNDARY}"'}),
    Row("labelled as JSON", "POST files/upload", 200, {"value": [old("up.txt", 8)]}, body=ONE,
        headers={"Content-Type": "application/json"}),
    Row("not labelled", "POST files", 200, item("up.txt", 8), body=ONE),
    Row("several files", "POST files", 200, Exactly({"value": [item("a.txt", 1), item("b.txt", 2)]}), headers=LABEL,
        body=form(('name="file"; filename="a.txt"', "1"), ('name="x"', "no file"), ('name="file"; filename="b.txt"', "22"))),
    Row("into a folder", "POST files", 200, item("up.txt", 8), query="path=new/folder", body=ONE, headers=LABEL),
    Row("into a folder from the root", "POST files", 200, item("up.txt", 8), query="path=/mnt/data/new/folder", body=ONE, headers=LABEL),
    Row("a name of all allowed signs", "POST files", 200, item("a-_ .@$&=;,#%^()Z9é✓", 1), headers=LABEL,
        body=form(('name="file"; filename="a-_ .@$&=;,#%^()Z9é✓"', "1"))),
    Row("a sign that is not allowed", "POST files", 400, "FilePathInvalid", headers=LABEL,
        body=form(('name="file"; filename="a*b"', "1"))),
    Row("a folder with a point", "POST files", 400, "FilePathInvalid", query="path=a.b", body=ONE, headers=LABEL),
    Row("out of the data folder", "POST files", 400, "FilePathInvalid", query="path=../etc", body=ONE, headers=LABEL),
    Row("a name that leads out", "POST files", 400, "FilePathInvalid", headers=LABEL,
        body=form(('name="file"; filename="../../etc/passwd"', "1"))),
    Row("a form without a file", "POST files", 400, "SessionRequestValidationFailed", headers=LABEL, body=form(('name="file"', "1"))),
    Row("a form that ends early", "POST files", 400, "SessionRequestValidationFailed", headers=LABEL, body=ONE[:-20]),
    Row("no form", "POST files", 400, "SessionRequestValidationFailed", headers={"Content-Type": "text/plain"}, body="hello"),
    Row("a compressed form", "POST files", 415, "UnsupportedMediaType", headers={**LABEL, "Content-Encoding": "gzip"}, body=ONE),
    Row("announced as too great", "POST files", 413, "PayloadTooLarge", headers={**LABEL, "Content-Length": str(200 << 20)}, body=ONE),
]  # fmt: skip

READING = [
    Row("all files and folders", "GET files", 200, Exactly({"value": Having(item("data.csv", 8))}), FLAT),
    Row("folders are shown", "GET files", 200, {"value": Having(FOLDER)}, FLAT),
    Row("older versions: paths", "GET files", 200, Exactly({"value": Having(old("sub/deep.txt", 4))}), BEFORE_FLAT),
    Row("the first preview", "GET python/files", 200, {"$values": Having(first("sub/deep.txt", 4))}, VERSIONS),
    Row("the data folder has many names", "GET files", 200, {"value": Having(item("data.csv", 8))}, query="path="),
    Row("a slash", "GET files", 200, {"value": Having(item("data.csv", 8))}, query="path=/"),
    Row("its place in the guest", "GET files", 200, {"value": Having(item("data.csv", 8))}, query="path=/mnt/data/"),
    Row("a folder", "GET files", 200, Exactly({"value": [item("deep.txt", 4)]}), query="path=sub"),
    Row("all below", "GET files", 200, {"value": Having(item("deep.txt", 4, directory="sub"))}, query="recursive=true"),
    Row("all below is no word", "GET files", 400, "SessionRequestValidationFailed", query="recursive=perhaps"),
    Row("no such folder", "GET files", 200, Exactly({"value": []}), query="path=nowhere"),
    Row("a file", "GET files/data.csv", 200, item("data.csv", 8, contentType=Text("^text/csv")), FLAT),
    Row("a file, older", "GET files/data.csv", 200, Exactly({"value": [old("data.csv", 8)]}), BEFORE_FLAT),
    Row("a name in Unicode", "GET files/na%C3%AFve%20%E2%9C%93.txt", 200, item("naïve ✓.txt", 1)),
    Row("a file in a folder", "GET files/deep.txt", 200, item("deep.txt", 4), query="path=sub"),
    Row("with a slash in the name", "GET files/sub%2Fdeep.txt", 200, item("deep.txt", 4)),
    Row("no such file", "GET files/none.txt", 404, "FileNotFound", VERSIONS),
    Row("what a pipe has", "GET files/pipe/content", 400, "FilePathInvalid"),
    Row("a link that leads out", "GET files/out/content", 400, "FilePathInvalid"),
    Row("a link inside", "GET files/inside/content", 200, content=CSV),
    Row("its bytes", "GET files/data.csv/content", 200, content=CSV, versions=FLAT,
        has={"content-type": Text("^text/csv"), "accept-ranges": "bytes", "etag": Text('^"'), "content-length": "8"}),
    Row("its bytes, older", "GET files/content/data.csv", 200, content=CSV, versions=VERSIONS),
    Row("its bytes, twice", "GET files/content/data.csv/content", 200, content=CSV),
    Row("with its folder", "GET files/content/sub/deep.txt", 200, content=b"deep"),
    Row("the first preview", "GET python/downloadFile", 200, content=CSV, query="filename=data.csv", versions=VERSIONS),
    Row("without a name", "GET python/downloadFile", 400, "FilePathInvalid"),
    Row("a part", "GET files/data.csv/content", 206, content=b"b\n1", headers={"Range": "bytes=2-4"},
        has={"content-range": "bytes 2-4/8", "content-length": "3"}),
    Row("the end", "GET files/data.csv/content", 206, content=b"2\n", headers={"Range": "bytes=-2"}),
    Row("beyond the end", "GET files/data.csv/content", 416, "RangeNotSatisfiable", headers={"Range": "bytes=100-"},
        has={"content-range": "bytes */8"}),
    Row("several parts come whole", "GET files/data.csv/content", 200, content=CSV, headers={"Range": "bytes=0-1,3-4"}),
    Row("only what it is", "HEAD files/data.csv/content", 200, has={"content-length": "8"}),
    Row("known already", "GET files/data.csv/content", 304, headers={"If-None-Match": "*"}),
    Row("no such content", "GET files/none.txt/content", 404, "FileNotFound"),
    Row("no such content, older", "GET files/content/none.txt", 404, "FileNotFound"),
    Row("points in the path", "GET files/..%2F..%2Fetc%2Fpasswd/content", 400, "FilePathInvalid"),
    Row("a NUL in the path", "GET files/a%00b", 400, "FilePathInvalid"),
    Row("no UTF-8", "GET files/%ff%fe", 400, "FilePathInvalid"),
    Row("an overlong point", "GET files/%c0%ae%c0%ae/content", 400, "FilePathInvalid"),
    Row("a very long name", "GET files/" + "n" * 256, 400, "FilePathInvalid"),
    Row("the path twice", "GET files", 400, "FilePathInvalid", query="path=a&path=b"),
]  # fmt: skip

REMOVING = [
    Row("no such file", "DELETE files/none.txt", 404, "FileNotFound", VERSIONS),
    Row("a folder", "DELETE files/sub", 400, "FilePathInvalid"),
    Row("a file whose name is a route's", "POST files", 200, item("upload", 1), headers=LABEL,
        body=form(('name="file"; filename="upload"', "1"))),
    Row("is shown", "GET files/upload", 200, item("upload", 1)),
    Row("and removed", "DELETE /pools/python/files/upload", 204),
    # Each is asked below both prefixes, and a file is removed only once.
    Row("a file is made", "POST files", 200, item("up.txt", 8), body=ONE, headers=LABEL),
    Row("it is removed", "DELETE /pools/python/files/up.txt", 204, has={"content-length": None}),
    Row("and gone", "GET files/up.txt", 404, "FileNotFound"),
    Row("another", "POST files", 200, item("up.txt", 8), body=ONE, headers=LABEL),
    Row("is removed the older way", "DELETE /pools/python/files/up.txt", 200, {"message": "file deleted successfully"},
        ("2024-02-02-preview",)),
    Row("and gone, too", "GET files", 200, Exactly({"value": ListOf(Exactly({"name": Text("^(?!up.txt)"), "type": str,
        "contentType": str, "sizeInBytes": int, "lastModifiedAt": TIME}))})),
]  # fmt: skip

ROWS = UPLOADS + READING + REMOVING
