-- log: the id of the log whose records are in these tables, once one was told; a position means nothing in another.
ALTER TABLE progress ADD COLUMN log TEXT;
