//! Replacing a file at once: readers see the old one or the new one, whatever happens in between.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces a file, or writes a new one. Of a symbolic link what it leads to is replaced; the mode stays.
///
/// # Errors
/// If it cannot be written, or no longer holds `old`, if that is given: somebody has changed it meanwhile.
pub(super) fn replace(path: &Path, old: Option<&[u8]>, new: &[u8]) -> io::Result<()> {
    let path = match path.canonicalize() {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound && old.is_none() => path.to_owned(),
        Err(error) => return Err(error),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(new)?;
    match fs::metadata(&path) {
        // Who may not write a file may be able to replace it in its folder: that is not what its mode says.
        Ok(known) if known.permissions().readonly() => {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(known) => file.as_file().set_permissions(known.permissions())?,
        Err(_) => file.as_file().set_permissions(new_file_mode())?,
    }
    file.as_file().sync_all()?;
    if let Some(old) = old
        && fs::read(&path)? != old
    {
        return Err(io::Error::other("it has changed since it was read"));
    }
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// What a new file may be used for: a temporary one is its owner's alone.
#[cfg(unix)]
fn new_file_mode() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn the_mode_stays_and_links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.go"), folder.path().join("b.go"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
        symlink("a.go", &link).unwrap();
        replace(&link, Some(b"old"), b"new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn a_file_that_has_changed_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.go");
        fs::write(&file, "edited").unwrap();
        let error = replace(&file, Some(b"old"), b"new").unwrap_err();
        assert!(error.to_string().contains("changed"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "edited");
        assert!(replace(&folder.path().join("gone"), Some(b"old"), b"new").is_err());
    }

    #[test]
    fn a_file_that_may_not_be_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.go");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        let error = replace(&file, Some(b"old"), b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    }

    #[test]
    fn a_new_file_is_readable_by_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baseline");
        replace(&file, None, b"text").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    }
}
