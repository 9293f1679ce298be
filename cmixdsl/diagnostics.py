"""What went wrong, and where: errors that know a location or an operation, and their one line."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from xdsl.dialects.builtin import FileLineColLoc, ModuleOp
from xdsl.ir import Operation
from xdsl.utils.exceptions import ParseError, PassFailedException, VerifyException

from cmixdsl.errors import CmixError


class LocatedVerifyException(VerifyException):
    """An attribute or type that does not verify, with the place where it was parsed."""

    def __init__(self, location: str, message: str):
        super().__init__(message)
        self.location = location


class OperationFailedException(PassFailedException):
    """A pass cannot handle an operation; tools print the operation's name and source location."""

    def __init__(self, operation: Operation, message: str):
        super().__init__(message)
        self.operation = operation


class OperationsFailedException(PassFailedException):
    """A pass cannot handle several operations; tools print a line for each."""

    def __init__(self, failures: Sequence[OperationFailedException]):
        super().__init__("\n".join(str(failure) for failure in failures))
        self.failures = tuple(failures)


class PassFailures:
    """Collects the operations that a pass cannot handle, so that a user hears of all at once."""

    def __init__(self) -> None:
        self._failures: list[OperationFailedException] = []

    @contextmanager
    def collect(self) -> Generator[None]:
        """Notes what fails within; what follows it goes on."""
        try:
            yield
        except OperationFailedException as failure:
            self._failures.append(failure)
        except OperationsFailedException as error:
            self._failures.extend(error.failures)

    def raise_if_any(self) -> None:
        """Raises the failure, or one exception for all of them; nothing happens without any."""
        if len(self._failures) == 1:
            raise self._failures[0]
        if self._failures:
            raise OperationsFailedException(self._failures)


def raise_pass_failure(operation: Operation, message: str) -> NoReturn:
    """Ends a pass because of `operation`; the message needs to name neither it nor its location."""
    raise OperationFailedException(operation, f"{operation.name}: {message}")


def get_location(operation: Operation) -> str | None:
    """`file:line:column` of this operation or else of the nearest one around it that has any."""
    current: Operation | None = operation
    while current is not None:
        if isinstance(location := current.location, FileLineColLoc):
            return f"{location.filename.data}:{location.line.data}:{location.column.data}"
        current = current.parent_op()
    return None


def build_error_at(operation: Operation, message: str) -> CmixError:
    """An error whose message begins with the location of an operation, where that is known."""
    location = get_location(operation)
    return CmixError(f"{location}: {message}" if location else message)


def find_invalid_operation(module: ModuleOp) -> Operation | None:
    """The operation that `module.verify()` complains of: inner operations come first."""
    for operation in module.walk(region_first=True):
        try:
            operation.verify(verify_nested_ops=False)
        except VerifyException:
            return operation
    return None


def describe_error(error: BaseException, module: ModuleOp | None = None, source: str = "") -> str:
    """One line for the user: location, operation and message, as far as each is known.

    Where several operations failed it is a line with their number, and one for each. `module` is
    the module in work when the error came, `source` the file it was read from; both serve to find a
    location for errors that carry none.
    """
    if isinstance(error, OperationsFailedException):
        lines = "".join(f"\n  {describe_error(one, module, source)}" for one in error.failures)
        return f"{len(error.failures)} problems:{lines}"
    message = " ".join(_get_message(error).split())
    if isinstance(error, ParseError):
        return f"{error.span.get_location()}: {message}"
    if isinstance(error, LocatedVerifyException):
        return f"{error.location}: {message}"
    operation = _get_operation(error, module)
    if operation is None:
        return f"{source}: {message}" if source else message
    location = get_location(operation) or source
    subject = f"'{operation.name}'"
    message = message.removeprefix(f"{operation.name}: ")
    return f"{location}: {subject}: {message}" if location else f"{subject}: {message}"


def _get_message(error: BaseException) -> str:
    if isinstance(error, ParseError):
        return error.msg
    return str(error)


def _get_operation(error: BaseException, module: ModuleOp | None) -> Operation | None:
    if isinstance(error, OperationFailedException):
        return error.operation
    if isinstance(error, VerifyException) and module is not None:
        return find_invalid_operation(module)
    return None
