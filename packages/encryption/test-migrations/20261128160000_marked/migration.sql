SELECT encrypted_column('notes', 'words');
SELECT encrypted_column('notes', 'title');
