"""Everything that can be wrong with a file as a whole, by name; what is wrong with a row is a rejection."""

from data_access.errors import DataAccessError


class UnreadableFile(DataAccessError):
    """Base of the errors that say why nothing of a file was read. `name` is the file's, without anything personal."""

    exit_code = 1


class FileMissing(UnreadableFile):
    """There is no such file."""

    key = "errors.file_missing"


class FileUnopened(UnreadableFile):
    """The file is there and may not be read, or is a folder."""

    key = "errors.file_unreadable"


class FileEmpty(UnreadableFile):
    """There is nothing in the file."""

    key = "errors.file_empty"


class FileTooLarge(UnreadableFile):
    """The file is larger than what is read."""

    key = "errors.file_too_large"


class SheetTooLarge(UnreadableFile):
    """The workbook is larger than what is read, once it is unpacked."""

    key = "errors.sheet_too_large"


class ZipBomb(UnreadableFile):
    """The workbook is packed as no real one is."""

    key = "errors.file_bomb"


class MacroWorkbook(UnreadableFile):
    """The workbook has a program in it."""

    key = "errors.file_macros"


class EncryptedWorkbook(UnreadableFile):
    """The workbook asks for a password."""

    key = "errors.file_encrypted"


class BrokenFile(UnreadableFile):
    """The file is damaged."""

    key = "errors.file_broken"


class NotATable(UnreadableFile):
    """The file is something else: a text document, a picture, a web page."""

    key = "errors.file_not_a_table"


class BadEncoding(UnreadableFile):
    """The letters of the file cannot be told; `row` is the first line."""

    key = "errors.file_encoding"


class NulInFile(UnreadableFile):
    """A text file has NUL bytes."""

    key = "errors.file_nul"


class OpenQuote(UnreadableFile):
    """A quotation mark opens a cell and nothing closes it."""

    key = "errors.file_quotes"


class TooManyRows(UnreadableFile):
    """A table has more rows than what is read."""

    key = "errors.too_many_rows"


class TooManyColumns(UnreadableFile):
    """A table has more columns than what is read."""

    key = "errors.too_many_columns"


class NoHeadings(UnreadableFile):
    """No row looks like the headings of a kind of export."""

    key = "errors.no_headings"


class MissingColumns(UnreadableFile):
    """The headings are those of a kind, and required ones are missing."""

    key = "errors.missing_columns"


class HeadingTwice(UnreadableFile):
    """Two columns have the same heading."""

    key = "errors.heading_twice"


class MappingUnreadable(DataAccessError):
    """The mapping file cannot be opened or is no TOML."""

    key = "errors.mapping_unreadable"


class MappingShape(DataAccessError):
    """Something in the mapping file is not written as it should be."""

    key = "errors.mapping_shape"


class MappingTwice(DataAccessError):
    """The mapping file says two things of one heading or code."""

    key = "errors.mapping_twice"


class MappingPersonal(DataAccessError):
    """The mapping file has values for a column of which only a key is kept."""

    key = "errors.mapping_personal"
